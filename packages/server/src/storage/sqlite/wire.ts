import type { RefusalName } from '@trialogue/protocol';

import type { Call } from '../commands.ts';
import type { Wal } from './database.ts';

/** What the main thread and a storage thread say to each other. Only plain data crosses; errors go by name. */

export interface ThreadSetup {
  role: 'writer' | 'reader';
  file: string;
}

/** What a commit was, for the metrics. */
export interface Commit {
  calls: number;
  seconds: number;
}

export interface Ask extends Call {
  id: number;
}

export type Answer = { id: number } & (
  | { value: unknown }
  | { refused: RefusalName; detail: string | undefined }
  | { error: { message: string; stack: string | undefined } }
);

/**
 * `open` is for the reader, before all else: the file is as it must be. All that came up in one turn of the main thread
 * travels together.
 */
export type ToThread =
  | { does: 'open' }
  | { does: 'ask'; asks: Ask[] }
  | { does: 'checkpoint' }
  | { does: 'note' }
  | { does: 'close' };

export type FromThread =
  | { says: 'ready' }
  /** For the operator. */
  | { says: 'warning'; what: string }
  /** From the writer with the answers of one commit, in one message: they are released in the same turn. */
  | { says: 'answers'; answers: Answer[]; wal?: Wal; commit?: Commit }
  | { says: 'checkpointed' }
  | { says: 'closed' };
