import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { tempFolder } from '../folders.ts';

const libraries = ['x86_64-linux-gnu', 'aarch64-linux-gnu', ''].map((kind) =>
  join('/usr/lib', kind, 'faketime', 'libfaketimeMT.so.1'),
);
const library = () => libraries.find((path) => existsSync(path));

/** A wall clock of one process that can be set; its monotonic clock goes on. */
export interface FakeClock {
  /** For the process. */
  env: Record<string, string>;
  /** Sets it so many seconds before or after the true time. */
  set(seconds: number): void;
  remove(): void;
}

export function fakeClock(): FakeClock {
  const { path, remove } = tempFolder('clock');
  const file = join(path, 'offset');
  const set = (seconds: number) => writeFileSync(file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  set(0);
  return {
    env: {
      LD_PRELOAD: library() ?? '',
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      DONT_FAKE_MONOTONIC: '1',
    },
    set,
    remove,
  };
}

export const lacksFakeClock = (): string | undefined =>
  library() === undefined ? 'libfaketime is not installed' : undefined;
