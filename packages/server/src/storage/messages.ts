import {
  Refused,
  SYSTEM,
  id,
  type ClientMsgId,
  type DlgId,
  type Instant,
  type Message,
  type MsgId,
  type Page,
  type Seq,
  type Urole,
  type UserId,
} from '@trialogue/protocol';

import { printed } from '../chat/fitPage.ts';
import type { Accepted, Actor, Draft, Place, Range } from '../chat/ports.ts';
import { hashOf } from './contentHash.ts';
import { putDesk, turned } from './desk/turns.ts';
import { findDropped } from './dropped.ts';
import type { Sql } from './sql.ts';
import { findPlace, placeOf, roleIn, standOf, type MemberStand, type Stand } from './standing.ts';
import { windowOf } from './window.ts';

export interface MessageColumns {
  seq: Seq;
  msg_id: string;
  client_msg_id: string;
  fromuid: string;
  content: string;
  sent_at: Instant;
  recalled_at: Instant | null;
}

const COLUMNS = `seq, msg_id, client_msg_id, fromuid, content, sent_at, recalled_at`;

export const toMessage = (row: MessageColumns): Message => ({
  seq: row.seq,
  msgId: id<MsgId>(row.msg_id),
  clientMsgId: id<ClientMsgId>(row.client_msg_id),
  fromuid: id<UserId>(row.fromuid),
  content: row.content,
  sentAt: row.sent_at,
  ...(row.recalled_at !== null && { recalledAt: row.recalled_at }),
});

/** Asked all the same: how long it takes tells nobody whether there is such a conversation. */
const NOWHERE = { conversation: -1, minSeq: 1 };

export async function appendMessage(
  sql: Sql,
  actor: Actor,
  dlgId: DlgId,
  draft: Draft,
  now: Instant,
): Promise<Accepted> {
  let stand: MemberStand;
  try {
    stand = await standOf(sql, 'send', actor, dlgId, now);
  } catch (refusal) {
    // A refusal says "certainly not stored" (I2). Who sent it as a member, left, and asks again is told that it is.
    const place = (await findPlace(sql, { appId: actor.appId, dlgId })) ?? NOWHERE;
    const stored = await findStored(sql, place, { ...draft, fromuid: actor.userId });
    if (stored?.isSame) return stored.answer;
    throw refusal;
  }
  return appendOnce(sql, stand, draft, now, stand.urole);
}

/**
 * What the platform says again is sealed again, and is not the same content. Of a message that is gone there is nothing
 * else to compare: the id alone decides, as it does for one that was recalled.
 *
 * @throws {Refused} conversation.not_found, member.not_found, key.stale_epoch, message.id_conflict
 */
export async function appendFor(sql: Sql, place: Place, draft: Draft, now: Instant): Promise<Accepted> {
  const stand = await placeOf(sql, place);
  const author = { appId: place.appId, userId: draft.fromuid };
  const urole = draft.fromuid === SYSTEM ? undefined : await roleIn(sql, stand.conversation, author);
  if (draft.fromuid !== SYSTEM && urole === undefined) {
    throw new Refused('member.not_found', `userId: ${draft.fromuid}`);
  }
  const dropped = stand.minSeq > 1 ? await findDropped(sql, stand.conversation, draft) : undefined;
  return dropped?.answer ?? appendOnce(sql, stand, draft, now, urole);
}

/** A repeat is answered before its epoch is looked at: what was stored stays stored when the key has changed since (I7). */
async function appendOnce(
  sql: Sql,
  stand: Stand,
  draft: Draft,
  now: Instant,
  urole: Urole | undefined,
): Promise<Accepted> {
  const stored = await findStored(sql, stand, draft);
  if (stored?.isSame) return stored.answer;
  if (stored) throw new Refused('message.id_conflict');
  const { seq, msgId, sentAt } = await append(sql, stand, draft, now);
  const turn = urole && stand.laneId === null ? turned(stand, urole, sentAt) : undefined;
  if (turn) await putDesk(sql, stand.conversation, { ...stand, ...turn });
  const reopened = turn?.status === 'open' && stand.status === 'closed';
  return { seq, msgId, sentAt, repeated: false, ...(reopened && { reopened }) };
}

/** What was stored under the sender's id for it, and whether it is this very content. */
async function findStored(
  sql: Sql,
  { conversation, minSeq }: Pick<Stand, 'conversation' | 'minSeq'>,
  { fromuid, clientMsgId, content }: Draft,
): Promise<{ isSame: boolean; answer: Accepted } | undefined> {
  const [known] = await sql.query<MessageColumns & { recalled_hash: string | null }>(
    `SELECT ${COLUMNS}, recalled_hash FROM messages WHERE conversation = $1 AND fromuid = $2 AND client_msg_id = $3`,
    conversation,
    fromuid,
    clientMsgId,
  );
  if (!known) return minSeq > 1 ? findDropped(sql, conversation, { fromuid, clientMsgId, content }) : undefined;
  return {
    isSame: known.recalled_hash === null ? known.content === content : known.recalled_hash === hashOf(content),
    answer: { seq: known.seq, msgId: id<MsgId>(known.msg_id), sentAt: known.sent_at, repeated: true },
  };
}

/**
 * Gives a message the next seq. Raising `last_seq` locks the conversation until the end of the transaction, and a
 * transaction that fails gives the number back: no holes, no two alike (I5, I6). Time never falls inside a
 * conversation, whatever the clock does (I34).
 *
 * @throws {Refused} key.stale_epoch
 */
export async function append(sql: Sql, { conversation, epoch }: Stand, draft: Draft, now: Instant): Promise<Message> {
  if (draft.epoch !== epoch) throw new Refused('key.stale_epoch');
  const isSpoken = draft.fromuid !== SYSTEM;
  const [next] = await sql.query<{ last_seq: Seq; min_seq: Seq; spoken: number; updated_at: Instant }>(
    `UPDATE conversations SET last_seq = last_seq + 1, spoken = spoken + $2,
       updated_at = CASE WHEN updated_at > $3 THEN updated_at ELSE $3 END
     WHERE id = $1 RETURNING last_seq, min_seq, spoken, updated_at`,
    conversation,
    isSpoken ? 1 : 0,
    now,
  );
  if (!next) throw new Refused('conversation.not_found');
  const [author] = isSpoken
    ? await sql.query<{ sent: number }>(
        `UPDATE members SET sent = sent + 1, last_sent_seq = $3 WHERE conversation = $1 AND user_id = $2 RETURNING sent`,
        conversation,
        draft.fromuid,
        next.last_seq,
      )
    : [];
  if (next.last_seq === next.min_seq) {
    await sql.query(`UPDATE conversations SET oldest_at = $2 WHERE id = $1`, conversation, next.updated_at);
  }
  const { msgId, clientMsgId, fromuid, content } = draft;
  await sql.query(
    `INSERT INTO messages (conversation, seq, msg_id, client_msg_id, fromuid, content, sent_at, spoken, nth)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    conversation,
    next.last_seq,
    msgId,
    clientMsgId,
    fromuid,
    content,
    next.updated_at,
    next.spoken,
    author?.sent ?? 0,
  );
  return { seq: next.last_seq, msgId, clientMsgId, fromuid, content, sentAt: next.updated_at };
}

export async function findByClientMsgId(
  sql: Sql,
  place: Place,
  fromuid: UserId,
  clientMsgId: ClientMsgId,
): Promise<Message | undefined> {
  const stand = await findPlace(sql, place);
  if (!stand) return undefined;
  const [row] = await sql.query<MessageColumns>(
    `SELECT ${COLUMNS} FROM messages WHERE conversation = $1 AND fromuid = $2 AND client_msg_id = $3`,
    stand.conversation,
    fromuid,
    clientMsgId,
  );
  return row && toMessage(row);
}

export async function readPage(sql: Sql, actor: Actor, dlgId: DlgId, range: Range): Promise<Page> {
  return pageOf(sql, await standOf(sql, 'read', actor, dlgId), range);
}

/** Each asks whether it may. What it then sees is the same for all, and a crowd that comes back asks for it all at once. */
export async function printPage(sql: Sql, actor: Actor, dlgId: DlgId, range: Range): Promise<string> {
  const stand = await standOf(sql, 'read', actor, dlgId);
  const { before, after, limit } = range;
  const asked = [stand.conversation, before, after, limit].join(' ');
  const text = sql.printed?.get(asked) ?? printed(await pageOf(sql, stand, range), range);
  sql.printed?.set(asked, text);
  return text;
}

async function pageOf(sql: Sql, { conversation, head, minSeq, logEpoch }: Stand, range: Range): Promise<Page> {
  const { from, to, hasMore, reset } = windowOf(range, head, minSeq);
  const list = await between(sql, conversation, from, to);
  return { list, hasMore, head, minSeq, logEpoch, ...(reset && { reset }) };
}

export async function messagesAfter(sql: Sql, place: Place, after: Seq, limit: number): Promise<Message[]> {
  const stand = await findPlace(sql, place);
  if (!stand) return [];
  const from = Math.max(after + 1, stand.minSeq);
  return between(sql, stand.conversation, from, from + limit - 1);
}

export async function readMessage(sql: Sql, actor: Actor, dlgId: DlgId, seq: Seq): Promise<Message> {
  const { conversation } = await standOf(sql, 'read', actor, dlgId);
  return messageAt(sql, conversation, seq);
}

/** @throws {Refused} message.not_found */
export async function messageAt(sql: Sql, conversation: number, seq: Seq): Promise<Message> {
  const [message] = await between(sql, conversation, seq, seq);
  if (!message) throw new Refused('message.not_found');
  return message;
}

async function between(sql: Sql, conversation: number, from: Seq, to: Seq): Promise<Message[]> {
  const rows = await sql.query<MessageColumns>(
    `SELECT ${COLUMNS} FROM messages WHERE conversation = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq`,
    conversation,
    from,
    to,
  );
  return rows.map(toMessage);
}
