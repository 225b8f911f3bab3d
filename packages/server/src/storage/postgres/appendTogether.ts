import { Refused, id, type Instant, type KeyEpoch, type MsgId, type Seq, type Urole } from '@trialogue/protocol';

import { allow } from '../../access/access.ts';
import type { Accepted, Actor, Draft, Store } from '../../chat/ports.ts';
import { hashOf } from '../contentHash.ts';
import { DESK, type DeskColumns } from '../desk/columns.ts';
import { putDesk, turned } from '../desk/turns.ts';
import { isMutedAt } from '../standing.ts';
import type { Outcome } from './batches.ts';
import type { PgSql } from './connections.ts';
import { fenceOf, lockFences } from './locks.ts';

export type Append = Parameters<Store['appendMessage']>;

/** What the database knows of one message that was sent, and of where it was sent to. All null where there is nothing. */
interface Row extends DeskColumns {
  at: number;
  conversation: number | null;
  epoch: KeyEpoch;
  head: Seq;
  minSeq: Seq;
  spoken: number;
  updatedAt: Instant;
  laneId: number | null;
  laneOf: Actor['onlyDlg'] | null;
  /** Of the author, as a member. */
  sent: number | null;
  urole: Urole | null;
  mutedUntil: Instant | null;
  serves: boolean;
  fence: number | null;
  storedSeq: Seq | null;
  storedId: string | null;
  storedAt: Instant | null;
  storedContent: string | null;
  /** Of content that is not there any more. */
  storedHash: string | null;
}

/**
 * The same as `appendMessage` of messages.ts for many messages at once, in a number of statements that does not grow with
 * them: the conversations are locked in one order, all is looked up, decided here, and written. The contract tests hold
 * both ways to the same answers.
 */
export async function appendTogether(sql: PgSql, asked: readonly Append[]): Promise<Outcome<Accepted>[]> {
  const rows = await look(sql, asked);
  const logs = new Map<number, Log>();
  const outcomes = asked.map((append, at): Outcome<Accepted> => {
    const row = rows[at];
    if (!row) throw new Error('a message has no row');
    try {
      return { answer: decide(append, row, logs) };
    } catch (error) {
      if (error instanceof Refused) return { refused: error };
      throw error;
    }
  });
  await write(sql, [...logs.values()]);
  return outcomes;
}

/** A conversation while messages are added to it. */
interface Log extends Pick<Row, 'head' | 'minSeq' | 'spoken' | 'updatedAt'> {
  conversation: number;
  desk: DeskColumns;
  isTurned: boolean;
  oldestAt: Instant | null;
  /** How many messages the authors have sent, and the last of them. */
  authors: Map<string, { sent: number; lastSeq: Seq }>;
  added: (Draft & { seq: Seq; sentAt: Instant; spoken: number; nth: number })[];
}

/** @throws {Refused} what `appendMessage` refuses */
function decide([actor, dlgId, draft, now]: Append, row: Row, logs: Map<number, Log>): Accepted {
  const log = row.conversation === null ? undefined : logOf(row, row.conversation, logs);
  try {
    mayAppend(actor, dlgId, row, now);
  } catch (refusal) {
    // A refusal says "certainly not stored" (I2). Who sent it as a member, left, and asks again is told that it is.
    const stored = storedOf(draft, row, log);
    if (stored?.isSame) return stored.answer;
    throw refusal;
  }
  if (!log) throw new Refused('conversation.not_member');
  const stored = storedOf(draft, row, log);
  if (stored?.isSame) return stored.answer;
  if (stored) throw new Refused('message.id_conflict');
  if (draft.epoch !== row.epoch) throw new Refused('key.stale_epoch');

  const author = log.authors.get(draft.fromuid) ?? { sent: row.sent ?? 0, lastSeq: 0 };
  const seq = log.head + 1;
  const sentAt = Math.max(log.updatedAt, now);
  const nth = author.sent + 1;
  const spoken = log.spoken + 1;
  if (seq === log.minSeq) log.oldestAt = sentAt;
  const wasClosed = log.desk.status === 'closed';
  const turn = row.urole && row.laneId === null ? turned(log.desk, row.urole, sentAt) : undefined;
  if (turn) Object.assign(log, { desk: { ...log.desk, ...turn }, isTurned: true });
  Object.assign(log, { head: seq, spoken, updatedAt: sentAt });
  log.authors.set(draft.fromuid, { sent: nth, lastSeq: seq });
  log.added.push({ ...draft, seq, sentAt, spoken, nth });
  const reopened = wasClosed && turn?.status === 'open';
  return { seq, msgId: draft.msgId, sentAt, repeated: false, ...(reopened && { reopened }) };
}

function mayAppend(actor: Actor, dlgId: Append[1], row: Row, now: Instant): void {
  const isMember = row.sent !== null && (row.laneId === null || row.serves);
  const isMuted = isMutedAt(row.mutedUntil, now);
  allow('send', {
    actor,
    dlgId,
    isMember,
    isMuted,
    laneOf: row.laneOf ?? null,
    ...(row.urole && { urole: row.urole }),
  });
  if (actor.client && (row.fence ?? 0) > actor.client.fence) throw new Refused('socket.replaced');
}

function logOf(row: Row, conversation: number, logs: Map<number, Log>): Log {
  const begun = logs.get(conversation);
  if (begun) return begun;
  const { head, minSeq, spoken, updatedAt } = row;
  const known = { conversation, head, minSeq, spoken, updatedAt, desk: row, isTurned: false };
  const log: Log = { ...known, oldestAt: null, authors: new Map(), added: [] };
  logs.set(conversation, log);
  return log;
}

/** What is stored under the sender's id, or was just before, and whether it is this very content. */
function storedOf(
  { fromuid, clientMsgId, content }: Draft,
  row: Row,
  log: Log | undefined,
): { isSame: boolean; answer: Accepted } | undefined {
  const added = log?.added.find((one) => one.fromuid === fromuid && one.clientMsgId === clientMsgId);
  if (added) {
    const { seq, msgId, sentAt } = added;
    return { isSame: added.content === content, answer: { seq, msgId, sentAt, repeated: true } };
  }
  const { storedSeq, storedId, storedAt, storedContent, storedHash } = row;
  if (storedSeq === null || storedId === null || storedAt === null) return undefined;
  return {
    isSame: storedHash === null ? storedContent === content : storedHash === hashOf(content),
    answer: { seq: storedSeq, msgId: id<MsgId>(storedId), sentAt: storedAt, repeated: true },
  };
}

async function look(sql: PgSql, asked: readonly Append[]): Promise<Row[]> {
  const column = (value: (append: Append) => string | null) => asked.map(value);
  const appIds = column(([actor]) => actor.appId);
  const dlgIds = column(([, dlgId]) => dlgId);
  const fences = asked.flatMap(([actor]) => (actor.client ? [fenceOf(actor)] : []));
  // All three go out together, and each sees what was committed when the one before had its locks.
  const [, , rows] = await Promise.all([
    fences.length > 0 ? lockFences(sql, fences) : undefined,
    sql.query(LOCK, appIds, dlgIds),
    sql.query<Row>(
      LOOK,
      appIds,
      dlgIds,
      column(([actor]) => actor.userId),
      column(([actor]) => actor.client?.sid ?? null),
      column(([, , draft]) => draft.clientMsgId),
    ),
  ]);
  return rows;
}

const LOCK = `SELECT c.id FROM conversations c
  WHERE c.id IN (
    SELECT k.id FROM unnest($1::text[], $2::text[]) AS a (app_id, dlg_id)
    JOIN conversations k ON k.app_id = a.app_id AND k.dlg_id = a.dlg_id
  ) ORDER BY c.id FOR NO KEY UPDATE`;

const LOOK = `SELECT a.at, c.id AS conversation, c.epoch, c.last_seq AS head, c.min_seq AS "minSeq", c.spoken,
    c.updated_at AS "updatedAt", c.lane_of AS "laneId", l.dlg_id AS "laneOf", ${DESK},
    m.sent, m.muted_until AS "mutedUntil", COALESCE(m.urole, u.urole) AS urole, f.fence,
    c.lane_of IS NOT NULL AND EXISTS (
      SELECT 1 FROM members s JOIN users su ON su.app_id = s.app_id AND su.user_id = s.user_id
      WHERE s.conversation = c.lane_of AND s.user_id = a.user_id AND s.left_at IS NULL
        AND COALESCE(s.urole, su.urole) = 'service') AS serves,
    COALESCE(k.seq, d.seq) AS "storedSeq", COALESCE(k.msg_id, d.msg_id) AS "storedId",
    COALESCE(k.sent_at, d.sent_at) AS "storedAt", k.content AS "storedContent",
    COALESCE(k.recalled_hash, d.content_hash) AS "storedHash"
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
    WITH ORDINALITY AS a (app_id, dlg_id, user_id, sid, client_msg_id, at)
  LEFT JOIN conversations c ON c.app_id = a.app_id AND c.dlg_id = a.dlg_id
  LEFT JOIN conversations l ON l.id = c.lane_of
  LEFT JOIN members m ON m.conversation = c.id AND m.user_id = a.user_id AND m.left_at IS NULL
  LEFT JOIN users u ON u.app_id = a.app_id AND u.user_id = a.user_id AND m.user_id IS NOT NULL
  LEFT JOIN fences f ON f.app_id = a.app_id AND f.user_id = a.user_id AND f.sid = a.sid
  LEFT JOIN messages k ON k.conversation = c.id AND k.fromuid = a.user_id AND k.client_msg_id = a.client_msg_id
  LEFT JOIN dropped_messages d
    ON d.conversation = c.id AND d.fromuid = a.user_id AND d.client_msg_id = a.client_msg_id
  ORDER BY a.at`;

const WRITE = `WITH logs AS (
    UPDATE conversations c SET last_seq = v.head, spoken = v.spoken, updated_at = v.updated_at,
      oldest_at = COALESCE(v.oldest_at, c.oldest_at)
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
      AS v (id, head, spoken, updated_at, oldest_at)
    WHERE c.id = v.id
  ), authors AS (
    UPDATE members m SET sent = v.sent, last_sent_seq = v.last_seq
    FROM unnest($6::bigint[], $7::text[], $8::bigint[], $9::bigint[]) AS v (conversation, user_id, sent, last_seq)
    WHERE m.conversation = v.conversation AND m.user_id = v.user_id
  )
  INSERT INTO messages (conversation, seq, msg_id, client_msg_id, fromuid, content, sent_at, spoken, nth)
  SELECT * FROM unnest($10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::text[], $15::text[], $16::bigint[],
    $17::bigint[], $18::bigint[])`;

async function write(sql: PgSql, all: readonly Log[]): Promise<void> {
  const logs = all.filter(({ added }) => added.length > 0);
  if (logs.length === 0) return;
  const authors = logs.flatMap(({ conversation, authors: those }) =>
    [...those].map(([userId, author]) => ({ conversation, userId, ...author })),
  );
  const messages = logs.flatMap(({ conversation, added }) => added.map((one) => ({ ...one, conversation })));
  const written = sql.query(
    WRITE,
    logs.map((log) => log.conversation),
    logs.map((log) => log.head),
    logs.map((log) => log.spoken),
    logs.map((log) => log.updatedAt),
    logs.map((log) => log.oldestAt),
    authors.map((author) => author.conversation),
    authors.map((author) => author.userId),
    authors.map((author) => author.sent),
    authors.map((author) => author.lastSeq),
    messages.map((message) => message.conversation),
    messages.map((message) => message.seq),
    messages.map((message) => message.msgId),
    messages.map((message) => message.clientMsgId),
    messages.map((message) => message.fromuid),
    messages.map((message) => message.content),
    messages.map((message) => message.sentAt),
    messages.map((message) => message.spoken),
    messages.map((message) => message.nth),
  );
  // Few messages mean something to the desk.
  const turnedLogs = logs.filter(({ isTurned }) => isTurned);
  await Promise.all([written, ...turnedLogs.map(({ conversation, desk }) => putDesk(sql, conversation, desk))]);
}
