import { Refused } from '@trialogue/protocol';

import type { Store } from '../../chat/ports.ts';
import { raiseMarks } from '../marks.ts';
import type { Outcome } from './batches.ts';
import type { PgSql } from './connections.ts';
import { fenceOf, lockFences } from './locks.ts';

export type Raise = Parameters<Store['raiseMarks']>;
type Raised = Awaited<ReturnType<Store['raiseMarks']>>;

/**
 * Marks of many members, each of whom is named once. Of their rows it takes those that nobody else has, and waits for
 * none: whoever sends holds rows in another order, and the two would wait in a circle. The rest is raised alone, and so is
 * what has no row and will be refused.
 *
 * As nothing can change under a lock, all is asked at the same time: it takes as many trips to the database as one mark.
 */
export async function raiseTogether(sql: PgSql, asked: readonly Raise[]): Promise<Outcome<Raised>[]> {
  const fences = asked.flatMap(([actor]) => (actor.client ? [fenceOf(actor)] : []));
  const [, rows] = await Promise.all([
    fences.length > 0 ? lockFences(sql, fences) : undefined,
    sql.query<{ at: number }>(
      LOCK,
      asked.map(([actor]) => actor.appId),
      asked.map(([, dlgId]) => dlgId),
      asked.map(([actor]) => actor.userId),
    ),
  ]);
  const locked = new Set(rows.map(({ at }) => at));
  return Promise.all(
    asked.map(async (raise, at): Promise<Outcome<Raised>> => {
      if (!locked.has(at + 1)) return 'alone';
      try {
        return { answer: await raiseMarks(sql, ...raise) };
      } catch (error) {
        if (error instanceof Refused) return { refused: error };
        throw error;
      }
    }),
  );
}

const LOCK = `SELECT a.at FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS a (app_id, dlg_id, user_id, at)
  JOIN conversations c ON c.app_id = a.app_id AND c.dlg_id = a.dlg_id
  JOIN members m ON m.conversation = c.id AND m.user_id = a.user_id
  FOR NO KEY UPDATE OF m SKIP LOCKED`;
