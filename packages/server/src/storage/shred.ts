import { id, type FileId, type Seq } from '@trialogue/protocol';

import type { Place } from '../chat/ports.ts';
import type { Sql } from './sql.ts';
import { findLane, placeOf } from './standing.ts';

/**
 * Destroys a conversation and the notes about it. Keys are written over before their rows go: what a database frees, it
 * does not wipe.
 *
 * From then on nobody is in it, nobody finds it, and nothing opens what is left of it: sealed rows, of which there may be
 * so many that others would wait for them. Those go by {@link dropShredded}.
 *
 * @returns the files whose bytes can go.
 * @throws {Refused} conversation.not_found
 */
export async function shredConversation(sql: Sql, place: Place): Promise<FileId[]> {
  const stand = await placeOf(sql, place);
  const lane = await findLane(sql, stand);
  const files: FileId[] = [];
  for (const { conversation } of lane ? [lane, stand] : [stand]) files.push(...(await shred(sql, conversation)));
  return files;
}

async function shred(sql: Sql, conversation: number): Promise<FileId[]> {
  for (const [table, column] of [
    ['conversation_keys', 'wrapped'],
    ['files', 'key_wrapped'],
    ['files', 'meta_sealed'],
    ['reports', 'sealed'],
  ] as const) {
    await sql.query(
      `UPDATE ${table} SET ${column} = substr($2, 1, length(${column})) WHERE conversation = $1`,
      conversation,
      NOTHING,
    );
  }
  await sql.query(`DELETE FROM conversation_keys WHERE conversation = $1`, conversation);
  const files = await sql.query<{ file_id: string }>(
    `DELETE FROM files WHERE conversation = $1 RETURNING file_id`,
    conversation,
  );
  for (const table of ['members', 'reports']) {
    await sql.query(`DELETE FROM ${table} WHERE conversation = $1`, conversation);
  }
  // No id holds a space, so nobody can name it any more, and its id is free.
  await sql.query(
    `UPDATE conversations SET is_shredded = 1, dlg_id = 'shredded ' || id, name = '', custom = NULL, lane_of = NULL,
       oldest_at = NULL, assignee = NULL, called_at = NULL, waiting_user = NULL, waiting_merchant = NULL
     WHERE id = $1`,
    conversation,
  );
  return files.map(({ file_id }) => id<FileId>(file_id));
}

/** As long as anything that is wrapped, so that it lies where that lay. */
const NOTHING = 'x'.repeat(4096);

/** Rows of one call: a few milliseconds, so that a sender who has to wait for it does not notice. */
const ROWS_PER_CALL = 200;

interface Shredded {
  id: number;
  last_seq: Seq;
  min_seq: Seq;
}

/** Where one call stops, whether by a crash or not, the next one goes on. */
export async function dropShredded(sql: Sql): Promise<number> {
  const [shredded] = await sql.query<Shredded>(
    `SELECT id, last_seq, min_seq FROM conversations WHERE is_shredded = 1 ORDER BY id LIMIT 1`,
  );
  if (!shredded) return 0;
  const { id: conversation, last_seq, min_seq } = shredded;
  if (min_seq <= last_seq) {
    const next = Math.min(last_seq + 1, min_seq + ROWS_PER_CALL);
    await sql.query(
      `DELETE FROM messages WHERE conversation = $1 AND seq >= $2 AND seq < $3`,
      conversation,
      min_seq,
      next,
    );
    await sql.query(`UPDATE conversations SET min_seq = $2 WHERE id = $1`, conversation, next);
    return next - min_seq;
  }
  const forgotten = await sql.query(
    `DELETE FROM dropped_messages WHERE conversation = $1 AND (fromuid, client_msg_id) IN (
       SELECT fromuid, client_msg_id FROM dropped_messages WHERE conversation = $1 LIMIT ${ROWS_PER_CALL}
     ) RETURNING seq`,
    conversation,
  );
  if (forgotten.length > 0) return forgotten.length;
  await sql.query(`DELETE FROM conversations WHERE id = $1`, conversation);
  // What was ever stored does not become less (highWater.ts).
  await sql.query(`UPDATE log_identity SET shredded = shredded + $1`, last_seq);
  return 1;
}
