import { storeOver, type CommandName, type Store } from '@trialogue/server/core';

import { accounts } from './accounts.ts';
import type { Commands } from './commands.ts';
import { files } from './files.ts';
import { messages } from './messages.ts';
import { people } from './people.ts';
import { retention } from './retention.ts';
import { Tables } from './tables.ts';

/**
 * The storage as a few hundred lines in memory: what it must do, without how. It passes the contract of the storage
 * like every other adapter, and is fast enough to tell a million stories on.
 */
export class Model {
  readonly #tables = new Tables();
  readonly #commands: Commands;

  constructor() {
    const tables = this.#tables;
    this.#commands = {
      ...accounts(tables),
      ...people(tables),
      ...messages(tables),
      ...retention(tables),
      ...files(tables),
      ping: () => {},
    };
  }

  /** Runs one command: all of it happens, or none. @throws what it refuses */
  run(name: CommandName, args: readonly unknown[]): unknown {
    const before = this.written;
    try {
      return (this.#commands[name as keyof Commands] as (...args: readonly unknown[]) => unknown)(...args);
    } catch (error) {
      this.forgetSince(before);
      throw error;
    }
  }

  /** How much has been written and might still be lost. */
  get written(): number {
    return this.#tables.journal.length;
  }

  /** The power went: nothing that was written after this is there. */
  forgetSince(written: number): void {
    this.#tables.journal.backTo(written);
  }

  /** What was written is on disk. */
  synced(): void {
    this.#tables.journal.settle();
  }
}

/** The model behind the port of the storage. */
export function modelStore(): Store {
  const model = new Model();
  return storeOver(
    async ({ name, args }) => model.run(name, args),
    async () => {},
  );
}
