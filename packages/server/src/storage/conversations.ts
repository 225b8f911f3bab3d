import {
  Refused,
  id,
  type DlgId,
  type Instant,
  type KeyEpoch,
  type Seq,
  type Urole,
  type UserId,
} from '@trialogue/protocol';
import type { DlgFilter } from '@trialogue/protocol/api';

import type { Actor, ConversationRow, ConversationSummary, MemberRow, Place, Room, WrappedKey } from '../chat/ports.ts';
import { hashOf } from './contentHash.ts';
import { DESK, toDesk, type DeskColumns } from './desk/columns.ts';
import { WAITED, filters } from './desk/filters.ts';
import { addFirstMembers } from './firstMembers.ts';
import { ofMember, toMember, type MemberColumns } from './members.ts';
import { toMessage, type MessageColumns } from './messages.ts';
import { slots, type Sql, type Value } from './sql.ts';
import { findPlace, standOf, type Stand } from './standing.ts';
import { toProfile, type ProfileColumns } from './users.ts';

interface Row {
  id: number;
  app_id: string;
  dlg_id: string;
  name: string;
  custom: string | null;
  epoch: KeyEpoch;
  last_seq: Seq;
  min_seq: Seq;
  log_epoch: string;
  updated_at: Instant;
}

const COLUMNS = `c.id, c.app_id, c.dlg_id, c.name, c.custom, c.epoch, c.last_seq, c.min_seq, c.log_epoch, c.updated_at`;

export async function createConversation(
  sql: Sql,
  conversation: Place & {
    name: string;
    custom?: Record<string, unknown>;
    members: { userId: UserId; urole?: Urole }[];
    key: WrappedKey;
    now: Instant;
    room?: Room;
  },
): Promise<void> {
  const created = await insertConversation(sql, conversation);
  const { appId, members, room } = conversation;
  await addFirstMembers(sql, { conversation: created, appId, members }, room);
}

/** @throws {Refused} conversation.exists */
export async function insertConversation(
  sql: Sql,
  conversation: Place & {
    name: string;
    custom?: Record<string, unknown>;
    key: WrappedKey;
    now: Instant;
    laneOf?: number;
  },
): Promise<number> {
  const { appId, dlgId, name, custom, key, now, laneOf } = conversation;
  const [created] = await sql.query<{ id: number }>(
    `INSERT INTO conversations (app_id, dlg_id, name, custom, epoch, last_seq, spoken, updated_at, log_epoch, lane_of)
     VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7, $8) ON CONFLICT DO NOTHING RETURNING id`,
    appId,
    dlgId,
    name,
    custom === undefined ? null : JSON.stringify(custom),
    key.epoch,
    now,
    firstLogEpoch(key),
    laneOf ?? null,
  );
  if (!created) throw new Refused('conversation.exists');
  await addKey(sql, created.id, key);
  return created.id;
}

/**
 * Of a conversation that is made anew under the name of one that a restored backup does not have: another one. A wrapped
 * key is never the same twice, so nothing random is needed here.
 */
const firstLogEpoch = ({ wrapped }: WrappedKey): string => hashOf(wrapped).slice(0, 16);

export async function findConversation(sql: Sql, place: Place): Promise<ConversationRow | undefined> {
  const [row] = await sql.query<Row>(
    `SELECT ${COLUMNS} FROM conversations c WHERE c.app_id = $1 AND c.dlg_id = $2 AND c.lane_of IS NULL`,
    place.appId,
    place.dlgId,
  );
  return row && toConversation(row, place);
}

export async function enterConversation(
  sql: Sql,
  actor: Actor,
  dlgId: DlgId,
): Promise<{ conversation: ConversationRow; keys: WrappedKey[]; me: MemberRow }> {
  const { conversation } = await standOf(sql, 'read', actor, dlgId);
  const [row] = await sql.query<Row>(`SELECT ${COLUMNS} FROM conversations c WHERE c.id = $1`, conversation);
  const [me] = await sql.query<MemberColumns>(`${ofMember} AND m.user_id = $2`, conversation, actor.userId);
  if (!row || !me) throw new Refused('conversation.not_member');
  return {
    conversation: toConversation(row, { appId: actor.appId, dlgId }),
    keys: await keysIn(sql, [conversation]),
    me: toMember(me),
  };
}

interface SummaryRow extends Row, DeskColumns, Omit<MessageColumns, 'seq'> {
  unread: number;
  read_seq: Seq;
  my_urole: Urole;
  seq: Seq | null;
}

const MY_ROLE = `COALESCE(m.urole, (SELECT u.urole FROM users u WHERE u.app_id = $1 AND u.user_id = $2))`;

/**
 * Finds the page first, by as few columns as it takes: of some who serve thousands of conversations are gone through.
 * What is to be shown is read of those on the page, no more.
 */
export async function listConversations(
  sql: Sql,
  actor: Actor,
  { page, size, keyword = '', filter = 'all' }: { page: number; size: number; keyword?: string; filter?: DlgFilter },
): Promise<{ list: ConversationSummary[]; total: number }> {
  const { from, where, order } = filters[filter];
  const mine = `FROM ${from} WHERE c.id = m.conversation AND c.app_id = $1
    AND m.app_id = $1 AND m.user_id = $2 AND m.left_at IS NULL AND m.in_lane = 0 AND ($3 = '' OR c.dlg_id = $3)
    AND ($4 = '' OR lower(c.name) LIKE lower($4) ESCAPE '\\')
    AND ${where}${filter === 'all' ? '' : ` AND ${MY_ROLE} = 'service'`}`;
  const whose = [
    actor.appId,
    actor.userId,
    actor.onlyDlg ?? '',
    keyword && `%${keyword.replace(/[\\%_]/g, '\\$&')}%`,
  ] as const;
  const isEverything = filter === 'all' && keyword === '' && actor.onlyDlg === undefined;
  const total = isEverything ? await countOf(sql, actor) : await countAmong(sql, mine, whose);
  const rows = await sql.query<SummaryRow>(
    `SELECT ${COLUMNS}, ${DESK}, ${MY_ROLE} AS my_urole, m.read_seq,
       c.spoken - m.spoken_read - (m.sent - m.sent_read) AS unread,
       l.seq, l.msg_id, l.client_msg_id, l.fromuid, l.content, l.sent_at, l.recalled_at
     FROM (
       SELECT c.id, c.updated_at, ${WAITED} AS waited ${mine} ORDER BY ${order.join(', ')} LIMIT $5 OFFSET $6
     ) p
     JOIN conversations c ON c.id = p.id
     JOIN members m ON m.conversation = p.id AND m.user_id = $2
     LEFT JOIN messages l ON l.conversation = p.id AND l.seq = c.last_seq
     ORDER BY ${order.map((column) => `p.${column}`).join(', ')}`,
    ...whose,
    size,
    (page - 1) * size,
  );
  const ids = rows.map((row) => row.id);
  const members = await profilesIn(sql, ids);
  const keys = await keyRowsIn(sql, ids);
  return {
    total,
    list: rows.map((row) => ({
      ...toConversation(row, { appId: actor.appId, dlgId: id<DlgId>(row.dlg_id) }),
      unread: row.unread,
      readSeq: row.read_seq,
      lastMessage: row.seq === null ? null : toMessage({ ...row, seq: row.seq }),
      members: members.filter(({ conversation }) => conversation === row.id).map(toProfile),
      keys: keys.filter(({ conversation }) => conversation === row.id).map(toKey),
      ...(row.my_urole === 'service' && { desk: toDesk(row) }),
    })),
  };
}

/** In how many conversations the user is: an index alone knows. */
async function countOf(sql: Sql, { appId, userId }: Actor): Promise<number> {
  const [count] = await sql.query<{ total: number }>(
    `SELECT count(*) AS total FROM members
     WHERE app_id = $1 AND user_id = $2 AND left_at IS NULL AND in_lane = 0`,
    appId,
    userId,
  );
  return count?.total ?? 0;
}

async function countAmong(sql: Sql, from: string, whose: readonly Value[]): Promise<number> {
  const [count] = await sql.query<{ total: number }>(`SELECT count(*) AS total ${from}`, ...whose);
  return count?.total ?? 0;
}

export const profilesIn = async (sql: Sql, conversations: number[]) =>
  conversations.length === 0
    ? []
    : sql.query<ProfileColumns & { conversation: number }>(
        `SELECT m.conversation, u.user_id, u.name, u.avatar, u.remark, COALESCE(m.urole, u.urole) AS urole
         FROM members m JOIN users u ON u.app_id = m.app_id AND u.user_id = m.user_id
         WHERE m.conversation IN (${slots(conversations.length, 1)}) AND m.left_at IS NULL ORDER BY m.position`,
        ...conversations,
      );

interface KeyRow extends WrappedKey {
  conversation: number;
}

const keyRowsIn = async (sql: Sql, conversations: number[]) =>
  conversations.length === 0
    ? []
    : sql.query<KeyRow>(
        `SELECT conversation, epoch, wrapped FROM conversation_keys
         WHERE conversation IN (${slots(conversations.length, 1)}) ORDER BY epoch`,
        ...conversations,
      );

const keysIn = async (sql: Sql, conversations: number[]): Promise<WrappedKey[]> =>
  (await keyRowsIn(sql, conversations)).map(toKey);

const toKey = ({ epoch, wrapped }: KeyRow): WrappedKey => ({ epoch, wrapped });

export async function keysOf(sql: Sql, place: Place): Promise<WrappedKey[]> {
  const stand = await findPlace(sql, place);
  return stand ? keysIn(sql, [stand.conversation]) : [];
}

/**
 * Starts the epoch of `key`, which must be the next one.
 *
 * @throws {Refused} key.stale_epoch
 */
export async function startEpoch(sql: Sql, { conversation, epoch }: Stand, key: WrappedKey): Promise<void> {
  if (key.epoch !== epoch + 1) throw new Refused('key.stale_epoch');
  await sql.query(`UPDATE conversations SET epoch = $2 WHERE id = $1`, conversation, key.epoch);
  await addKey(sql, conversation, key);
}

async function addKey(sql: Sql, conversation: number, { epoch, wrapped }: WrappedKey): Promise<void> {
  const insert = `INSERT INTO conversation_keys (conversation, epoch, wrapped) VALUES ($1, $2, $3)`;
  await sql.query(insert, conversation, epoch, wrapped);
}

const toConversation = (row: Row, { appId, dlgId }: Place): ConversationRow => ({
  appId,
  dlgId,
  name: row.name,
  head: row.last_seq,
  minSeq: row.min_seq,
  logEpoch: row.log_epoch,
  epoch: row.epoch,
  updatedAt: row.updated_at,
  ...(row.custom !== null && { custom: JSON.parse(row.custom) as Record<string, unknown> }),
});
