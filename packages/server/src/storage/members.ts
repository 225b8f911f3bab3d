import {
  Refused,
  limits,
  type AppId,
  type DlgId,
  type Instant,
  type Seq,
  type Urole,
  type UserId,
} from '@trialogue/protocol';

import type { Actor, Inside, MemberRow, Place, Room } from '../chat/ports.ts';
import type { Sql } from './sql.ts';
import { findPlace, standOf } from './standing.ts';
import { mustBeUser, toProfile, type ProfileColumns } from './users.ts';

export interface MemberColumns extends ProfileColumns {
  read_seq: Seq;
  delivered_seq: Seq;
  muted_until: Instant | null;
}

/** The members of conversation `$1`; more conditions may follow. */
export const ofMember = `SELECT u.user_id, u.name, u.avatar, u.remark, COALESCE(m.urole, u.urole) AS urole,
    m.read_seq, m.delivered_seq, m.muted_until
  FROM members m JOIN users u ON u.app_id = m.app_id AND u.user_id = m.user_id
  WHERE m.conversation = $1 AND m.left_at IS NULL`;

/** Of those who are in the notes, who is customer service of the conversation that they are about. */
const SERVES = `EXISTS (SELECT 1 FROM members p JOIN users pu ON pu.app_id = p.app_id AND pu.user_id = p.user_id
  WHERE p.conversation = $2 AND p.user_id = m.user_id AND p.left_at IS NULL AND COALESCE(p.urole, pu.urole) = 'service')`;

export const toMember = (row: MemberColumns): MemberRow => ({
  ...toInside(row),
  readSeq: row.read_seq,
  deliveredSeq: row.delivered_seq,
});

const toInside = (row: ProfileColumns & Pick<MemberColumns, 'muted_until'>): Inside => ({
  ...toProfile(row),
  ...(row.muted_until !== null && { mutedUntil: row.muted_until }),
});

export async function listMembers(sql: Sql, actor: Actor, dlgId: DlgId): Promise<MemberRow[]> {
  const { conversation } = await standOf(sql, 'read', actor, dlgId);
  return (await sql.query<MemberColumns>(`${ofMember} ORDER BY m.position`, conversation)).map(toMember);
}

export async function membersOf(sql: Sql, place: Place): Promise<Inside[]> {
  const stand = await findPlace(sql, place);
  if (!stand) return [];
  const rows = await (stand.laneId === null
    ? sql.query<MemberColumns>(`${ofMember} ORDER BY m.position`, stand.conversation)
    : sql.query<MemberColumns>(`${ofMember} AND ${SERVES} ORDER BY m.position`, stand.conversation, stand.laneId));
  return rows.map(toInside);
}

/**
 * Adds one member; one who had left takes the old place again, and the old marks with it. False when the user is in
 * the conversation already.
 *
 * @throws {Refused} user.not_found, member.too_many, user.too_many_groups
 */
export async function addRow(
  sql: Sql,
  member: { conversation: number; appId: AppId; userId: UserId; urole?: Urole },
  room: Room = limits,
): Promise<boolean> {
  const { conversation, appId, userId, urole } = member;
  await mustBeUser(sql, appId, userId);
  const added = await sql.query(
    `INSERT INTO members (conversation, app_id, user_id, urole, position, spoken_read)
     VALUES ($1, $2, $3, $4, (SELECT count(*) FROM members WHERE conversation = $1),
       (SELECT spoken_dropped FROM conversations WHERE id = $1))
     ON CONFLICT (conversation, user_id) DO UPDATE SET left_at = NULL, urole = $4
     WHERE members.left_at IS NOT NULL RETURNING user_id`,
    conversation,
    appId,
    userId,
    urole ?? null,
  );
  if (added.length === 0) return false;
  const [count] = await sql.query<{ now: number }>(
    `SELECT count(*) AS now FROM members WHERE conversation = $1 AND left_at IS NULL`,
    conversation,
  );
  if (count && count.now > room.membersPerGroup) throw new Refused('member.too_many');
  await mustHaveRoom(sql, member, room);
  return true;
}

async function mustHaveRoom(
  sql: Sql,
  { conversation, appId, userId }: { conversation: number; appId: AppId; userId: UserId },
  room: Room,
): Promise<void> {
  const [row] = await sql.query<{ urole: Urole; groups: number }>(
    `SELECT COALESCE(m.urole, u.urole) AS urole, (SELECT count(*) FROM members
       WHERE app_id = $2 AND user_id = $3 AND left_at IS NULL AND in_lane = 0) AS groups
     FROM members m JOIN users u ON u.app_id = m.app_id AND u.user_id = m.user_id
     WHERE m.conversation = $1 AND m.user_id = $3`,
    conversation,
    appId,
    userId,
  );
  if (row) mustFit({ userId, ...row }, room);
}

/**
 * Those who serve are in far more conversations than those who shop.
 *
 * @throws {Refused} user.too_many_groups
 */
export function mustFit(
  { userId, urole, groups }: { userId: UserId; urole: Urole | undefined; groups: number },
  { groupsPerUser, groupsPerAgent }: Room,
): void {
  const most = urole === 'service' || urole === 'bot' ? groupsPerAgent : groupsPerUser;
  if (groups > most) throw new Refused('user.too_many_groups', `userId: ${userId}, at most ${most}`);
}
