import { closeSync, openSync, writeSync } from 'node:fs';

import type { Happening, HistoryEvent } from './event.ts';

const BLOCK = 1 << 16;

/** Takes down what happens, in the order in which it is told. */
export interface History {
  tell(proc: string, what: Happening): void;
}

/** A history on disk, one event a line. */
export class HistoryFile implements History {
  readonly path: string;
  readonly #file: number;
  #block = '';

  constructor(path: string) {
    this.path = path;
    this.#file = openSync(path, 'w');
  }

  tell(proc: string, what: Happening): void {
    this.#block += `${lineOf(proc, what)}\n`;
    if (this.#block.length > BLOCK) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#block);
    this.#block = '';
  }
}

/** A short history that is judged more than once. */
export class HistoryInMemory implements History {
  readonly events: HistoryEvent[] = [];

  tell(proc: string, what: Happening): void {
    this.events.push({ t_mono: now(), proc, ...what });
  }
}

const now = () => Math.round(performance.now() * 1000) / 1000;
const lineOf = (proc: string, what: Happening): string => JSON.stringify({ t_mono: now(), proc, ...what });
