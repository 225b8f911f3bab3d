import { createReadStream } from 'node:fs';

const NEWLINE = 10;

/** The lines of a file, one after the other; it may be larger than the memory. What has no newline yet was not finished. */
export async function* readLines(path: string): AsyncGenerator<string[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk as Buffer]) : (chunk as Buffer);
    const end = bytes.lastIndexOf(NEWLINE);
    rest = bytes.subarray(end + 1);
    if (end > 0) yield bytes.toString('utf8', 0, end).split('\n');
  }
}
