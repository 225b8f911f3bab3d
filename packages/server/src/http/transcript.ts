import type { TranscriptLine } from '../chat/chat.ts';
import type { Stream } from './ask.ts';

/** One JSON object a line. A transcript that fails midway is cut off: its reader sees a broken connection, not an end. */
export const asLines = (lines: AsyncIterable<TranscriptLine>): Stream => ({
  headers: { 'content-type': 'application/x-ndjson; charset=utf-8', 'cache-control': 'no-store' },
  bytes: print(lines),
});

async function* print(lines: AsyncIterable<TranscriptLine>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}
