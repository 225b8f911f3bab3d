import { id, type FileId } from '@trialogue/protocol';

import type { Place } from '../chat/ports.ts';
import type { Sql } from './sql.ts';
import { findLane, placeOf } from './standing.ts';

/** All tables whose rows belong to a conversation, by their column `conversation`; keys and files have gone before. */
const OF_CONVERSATION = ['dropped_messages', 'messages', 'members'] as const;

/**
 * Destroys a conversation and the notes about it. Keys are written over before their rows go: what a database frees, it
 * does not wipe.
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
  for (const table of OF_CONVERSATION) await sql.query(`DELETE FROM ${table} WHERE conversation = $1`, conversation);
  await sql.query(`DELETE FROM conversations WHERE id = $1`, conversation);
  return files.map(({ file_id }) => id<FileId>(file_id));
}

/** As long as anything that is wrapped, so that it lies where that lay. */
const NOTHING = 'x'.repeat(4096);
