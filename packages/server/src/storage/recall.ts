import { Refused, type DlgId, type Instant, type Message, type Seq } from '@trialogue/protocol';

import { allow } from '../access/access.ts';
import type { Actor, Draft } from '../chat/ports.ts';
import { hashOf } from './contentHash.ts';
import { append, messageAt } from './messages.ts';
import type { Sql } from './sql.ts';
import { standOf } from './standing.ts';

export async function recallMessage(
  sql: Sql,
  actor: Actor,
  dlgId: DlgId,
  recall: { seq: Seq; tombstone: string; notice: Draft; notBefore: Instant; now: Instant },
): Promise<{ recalled: Message; notice: Message } | { repeated: true }> {
  const { seq, tombstone, notice, notBefore, now } = recall;
  const stand = await standOf(sql, 'read', actor, dlgId);
  const message = await messageAt(sql, stand.conversation, seq);
  allow('recall', { actor, dlgId, isMember: true, authorId: message.fromuid });
  if (message.recalledAt !== undefined) return { repeated: true };
  if (message.sentAt < notBefore) throw new Refused('message.too_old');
  const appended = await append(sql, stand, notice, now);
  await sql.query(
    `UPDATE messages SET content = $3, recalled_at = $4, recalled_hash = $5 WHERE conversation = $1 AND seq = $2`,
    stand.conversation,
    seq,
    tombstone,
    appended.sentAt,
    hashOf(message.content),
  );
  return { recalled: { ...message, content: tombstone, recalledAt: appended.sentAt }, notice: appended };
}
