import { id, limits, type AppId, type Instant, type MsgId, type Seq } from '@trialogue/protocol';

import type { Accepted, Draft } from '../chat/ports.ts';
import { hashOf } from './contentHash.ts';
import type { Sql } from './sql.ts';

/** Rows of one call: a few milliseconds, so that a sender who has to wait for it does not notice. */
const ROWS_PER_CALL = 200;

interface Aged {
  id: number;
  min_seq: Seq;
}

interface Row {
  seq: Seq;
  msg_id: string;
  client_msg_id: string;
  fromuid: string;
  content: string;
  sent_at: Instant;
  spoken: number;
  nth: number;
  recalled_hash: string | null;
}

/** Oldest first, conversation by conversation. Also forgets the ids of messages that were dropped long ago. */
export async function dropMessages(
  sql: Sql,
  before: Instant,
  now: Instant,
  dedupeMs: number = limits.dedupeMs,
  appId?: AppId,
): Promise<number> {
  let done = await forgetIds(sql, now - dedupeMs);
  while (done < ROWS_PER_CALL) {
    const [aged] = await sql.query<Aged>(
      `SELECT id, min_seq FROM conversations
       WHERE oldest_at < $1 ${appId === undefined ? '' : 'AND app_id = $2'} ORDER BY oldest_at LIMIT 1`,
      before,
      ...(appId === undefined ? [] : [appId]),
    );
    if (!aged) break;
    done += await dropFrom(sql, aged, { before, now, most: ROWS_PER_CALL - done });
  }
  return done;
}

/** As time never falls inside a conversation, what is old enough are the first messages that it keeps. */
async function dropFrom(
  sql: Sql,
  { id: conversation, min_seq }: Aged,
  { before, now, most }: { before: Instant; now: Instant; most: number },
): Promise<number> {
  const rows = await sql.query<Row>(
    `SELECT seq, msg_id, client_msg_id, fromuid, content, sent_at, spoken, nth, recalled_hash FROM messages
     WHERE conversation = $1 AND seq >= $2 AND seq < $3 AND sent_at < $4 ORDER BY seq`,
    conversation,
    min_seq,
    min_seq + most,
    before,
  );
  const last = rows.at(-1);
  if (!last) throw new Error('a conversation has an oldest message that is not there');
  for (const row of rows) {
    await sql.query(
      `INSERT INTO dropped_messages
         (conversation, fromuid, client_msg_id, seq, msg_id, sent_at, content_hash, dropped_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      conversation,
      row.fromuid,
      row.client_msg_id,
      row.seq,
      row.msg_id,
      row.sent_at,
      row.recalled_hash ?? hashOf(row.content),
      now,
    );
  }
  await sql.query(`DELETE FROM messages WHERE conversation = $1 AND seq <= $2`, conversation, last.seq);
  await sql.query(
    `UPDATE conversations SET min_seq = $2, spoken_dropped = $3,
       oldest_at = (SELECT sent_at FROM messages WHERE conversation = $1 AND seq = $2)
     WHERE id = $1`,
    conversation,
    last.seq + 1,
    last.spoken,
  );
  await countAsRead(sql, conversation, rows, last);
  return rows.length;
}

/** Nobody can read any more what is gone, so it is unread for nobody. The marks themselves stay: they say who has read. */
async function countAsRead(sql: Sql, conversation: number, rows: readonly Row[], last: Row): Promise<void> {
  await sql.query(
    `UPDATE members SET spoken_read = $3 WHERE conversation = $1 AND read_seq < $2`,
    conversation,
    last.seq,
    last.spoken,
  );
  for (const [fromuid, sent] of new Map(rows.map((row) => [row.fromuid, row.nth]))) {
    await sql.query(
      `UPDATE members SET sent_read = $4 WHERE conversation = $1 AND user_id = $2 AND read_seq < $3`,
      conversation,
      fromuid,
      last.seq,
      sent,
    );
  }
}

/** What is still known of a message that is gone: enough to answer a repeat (I4, I7). */
export async function findDropped(
  sql: Sql,
  conversation: number,
  { fromuid, clientMsgId, content }: Pick<Draft, 'fromuid' | 'clientMsgId' | 'content'>,
): Promise<{ isSame: boolean; answer: Accepted } | undefined> {
  const [known] = await sql.query<Pick<Row, 'seq' | 'msg_id' | 'sent_at'> & { content_hash: string }>(
    `SELECT seq, msg_id, sent_at, content_hash FROM dropped_messages
     WHERE conversation = $1 AND fromuid = $2 AND client_msg_id = $3`,
    conversation,
    fromuid,
    clientMsgId,
  );
  return (
    known && {
      isSame: known.content_hash === hashOf(content),
      answer: { seq: known.seq, msgId: id<MsgId>(known.msg_id), sentAt: known.sent_at, repeated: true },
    }
  );
}

async function forgetIds(sql: Sql, droppedBefore: Instant): Promise<number> {
  const forgotten = await sql.query(
    `DELETE FROM dropped_messages WHERE (conversation, fromuid, client_msg_id) IN (
       SELECT conversation, fromuid, client_msg_id FROM dropped_messages WHERE dropped_at < $1
       ORDER BY dropped_at LIMIT ${ROWS_PER_CALL}
     ) RETURNING seq`,
    droppedBefore,
  );
  return forgotten.length;
}
