import type { Breakage } from './bundle.ts';

/** A commit is answered before it is on disk: a power cut takes answered messages. */
export const notSynced: Breakage = {
  name: 'synchronous=NORMAL',
  changes: [[/\["synchronous", 2\]/, '["synchronous", 1]']],
};

/** Sends are answered at once and committed up to 50 ms later: a kill takes answered messages. */
export const ackBeforeCommit: Breakage = {
  name: 'ack before commit',
  changes: [
    [
      /db\.exec\("BEGIN IMMEDIATE"\);(\s*for \(const call of calls\))/,
      `if (!db.isInTransaction) {
			db.exec("BEGIN IMMEDIATE");
			setTimeout(() => db.isInTransaction && db.exec("COMMIT"), 50);
		}$1`,
    ],
    [
      /db\.exec\("COMMIT"\);(\s*return outcomes;)/,
      'if (calls.some(({ name }) => name !== "appendMessage")) db.exec("COMMIT");$1',
    ],
    // It cannot be asked for while a transaction is open.
    [/wal: \(\) => walAfter\("NOOP"\)/, 'wal: () => ({ pages: 0, checkpointed: 0 })'],
  ],
};
