import { openInProcess, type CommandName } from '@trialogue/server/core';

import { valueOf } from './microtasks.ts';
import { Model } from './store/model.ts';

/** What keeps everything, in one place that all nodes ask. One command at a time, and at once. */
export interface Database {
  /** @throws {Refused} what the command refuses */
  run(name: CommandName, args: readonly unknown[]): unknown;
  /** How much has been written. */
  readonly written: number;
  /** What has been written up to now is on disk. */
  synced(): void;
  /** Loses what was written after it was so much. */
  forgetSince(written: number): void;
  close(): void;
}

export function modelDatabase(): Database {
  const model = new Model();
  return Object.assign(model, { close: () => {} });
}

/** The real SQL on the real SQLite, in memory. It is slower, and never loses what it has written. */
export function sqliteDatabase(): Database {
  const store = valueOf(openInProcess());
  return {
    run: (name, args) => valueOf((store[name] as (...args: readonly unknown[]) => Promise<unknown>)(...args)),
    written: 0,
    synced: () => {},
    forgetSince: () => {},
    close: () => valueOf(store.close()),
  };
}
