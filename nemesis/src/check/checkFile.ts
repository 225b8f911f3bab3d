import type { HistoryEvent } from '../history/event.ts';
import { Checker, type Verdict } from './checker.ts';
import { readLines } from './readLines.ts';

/** @throws {Error} naming the line that is no event. */
export async function checkFile(path: string): Promise<Verdict> {
  const checker = new Checker();
  let line = 0;
  for await (const lines of readLines(path)) {
    for (const text of lines) {
      line++;
      checker.take(read(text, line));
    }
  }
  return checker.finish();
}

/** The text of some lines, counted from 1. */
export async function pickLines(path: string, wanted: ReadonlySet<number>): Promise<Map<number, string>> {
  const picked = new Map<number, string>();
  let line = 0;
  for await (const lines of readLines(path)) {
    for (const text of lines) if (wanted.has(++line)) picked.set(line, text);
  }
  return picked;
}

function read(text: string, line: number): HistoryEvent {
  try {
    const event = JSON.parse(text) as HistoryEvent;
    if (typeof event.t_mono === 'number' && typeof event.f === 'string') return event;
  } catch {
    // Said below.
  }
  throw new Error(
    `line ${line} is no event of a history: expected {"t_mono":…,"proc":…,"f":…}, found ${text.slice(0, 80)}`,
  );
}
