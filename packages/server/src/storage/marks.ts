import type { DlgId, Seq, UserId } from '@trialogue/protocol';

import type { Actor } from '../chat/ports.ts';
import type { Sql } from './sql.ts';
import { standOf } from './standing.ts';

interface Marks {
  read_seq: Seq;
  delivered_seq: Seq;
  sent: number;
  sent_read: number;
  last_sent_seq: Seq;
}

/** Whoever has read a message has been given it, so the mark of what was delivered is never below that of what was read. */
export async function raiseMarks(
  sql: Sql,
  actor: Actor,
  dlgId: DlgId,
  marks: { deliveredSeq?: Seq; readSeq?: Seq },
): Promise<{ deliveredSeq: Seq; readSeq: Seq; changed: boolean }> {
  const { conversation, head, minSeq } = await standOf(sql, 'mark', actor, dlgId);
  const [now] = await sql.query<Marks>(
    `SELECT read_seq, delivered_seq, sent, sent_read, last_sent_seq FROM members WHERE conversation = $1 AND user_id = $2`,
    conversation,
    actor.userId,
  );
  if (!now) throw new Error('a member has no row');
  const readSeq = Math.max(now.read_seq, Math.min(marks.readSeq ?? 0, head));
  const deliveredSeq = Math.max(now.delivered_seq, Math.min(marks.deliveredSeq ?? 0, head), readSeq);
  if (readSeq > now.read_seq && readSeq < minSeq) {
    // What lies between is gone, and counted as read when it went.
    await sql.query(
      `UPDATE members SET read_seq = $3, delivered_seq = $4 WHERE conversation = $1 AND user_id = $2`,
      conversation,
      actor.userId,
      readSeq,
      deliveredSeq,
    );
  } else if (readSeq > now.read_seq) {
    await sql.query(
      `UPDATE members SET read_seq = $3, delivered_seq = $4, sent_read = $5,
         spoken_read = (SELECT spoken FROM messages WHERE conversation = $1 AND seq = $3)
       WHERE conversation = $1 AND user_id = $2`,
      conversation,
      actor.userId,
      readSeq,
      deliveredSeq,
      readSeq >= now.last_sent_seq
        ? now.sent
        : ((await sentUpTo(sql, conversation, actor.userId, readSeq)) ?? now.sent_read),
    );
  } else if (deliveredSeq > now.delivered_seq) {
    await sql.query(
      `UPDATE members SET delivered_seq = $3 WHERE conversation = $1 AND user_id = $2`,
      conversation,
      actor.userId,
      deliveredSeq,
    );
  }
  return { deliveredSeq, readSeq, changed: readSeq > now.read_seq || deliveredSeq > now.delivered_seq };
}

/**
 * How many messages the user had said by `seq`. Walks back to the last of them, which is a few steps where people
 * take turns; most marks are raised past the user's own last message and never come here. Undefined when none of those
 * is kept.
 */
async function sentUpTo(sql: Sql, conversation: number, userId: UserId, seq: Seq): Promise<number | undefined> {
  const [last] = await sql.query<{ nth: number }>(
    `SELECT nth FROM messages WHERE conversation = $1 AND seq <= $2 AND fromuid = $3 ORDER BY seq DESC LIMIT 1`,
    conversation,
    seq,
    userId,
  );
  return last?.nth;
}
