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

/** Over PostgreSQL: sends are answered once all is decided, and committed 30 ms later. */
export const ackBeforeCommitTogether: Breakage = {
  name: 'ack before commit, PostgreSQL',
  changes: [
    [
      /together: \(asked\) => changing\(pools\.writing, \(sql\) => appendTogether\(sql, asked\)\)/,
      // One after the other, or those that are open for long would use up the connections.
      `together: (asked) => new Promise((answer, fail) => {
			globalThis.before = Promise.resolve(globalThis.before).then(() => changing(pools.writing, async (sql) => {
				answer(await appendTogether(sql, asked));
				await new Promise((go) => globalThis.setTimeout(go, 30));
			})).catch(fail);
		})`,
    ],
  ],
};

/** A send counts, whatever socket of its client it came over. */
export const fencesNotCompared: Breakage = {
  name: 'no fence over nodes',
  changes: [[/if \(actor\.client && \(row\.fence \?\? 0\) > actor\.client\.fence\)/, 'if (false)']],
};

/** Nodes tell each other nothing, and do not know it. */
export const silentBus: Breakage = {
  name: 'a bus that says nothing',
  changes: [[/to\.publish\(subject, payload\);/, '']],
};
