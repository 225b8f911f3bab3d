import {
  Refused,
  type AppId,
  type DlgId,
  type Instant,
  type KeyEpoch,
  type Seq,
  type Urole,
  type UserId,
} from '@trialogue/protocol';

import { allow, type Deed } from '../access/access.ts';
import type { Actor, Place } from '../chat/ports.ts';
import { DESK, type DeskColumns } from './desk/columns.ts';
import type { Sql } from './sql.ts';

/** A conversation inside the storage: the number that the other tables know it by, and where it stands. */
export interface Stand extends DeskColumns {
  dlgId: DlgId;
  conversation: number;
  epoch: KeyEpoch;
  head: Seq;
  /** Of the messages that are kept; `head + 1` when none is. */
  minSeq: Seq;
  logEpoch: string;
  /** The conversation that this one holds the notes about, by its number and its id. */
  laneId: number | null;
  laneOf: DlgId | null;
}

/** Where it stands, and the role in it of whoever asked. */
export interface MemberStand extends Stand {
  urole: Urole;
  /** Until when they may not write; may be over. */
  mutedUntil: Instant | null;
}

const STAND = `c.id AS conversation, c.dlg_id AS "dlgId", c.epoch AS epoch, c.last_seq AS head, c.min_seq AS "minSeq",
  c.log_epoch AS "logEpoch", c.lane_of AS "laneId",
  (SELECT l.dlg_id FROM conversations l WHERE l.id = c.lane_of) AS "laneOf", ${DESK}`;

const ROLE = `COALESCE(m.urole, (SELECT u.urole FROM users u WHERE u.app_id = $1 AND u.user_id = $3)) AS urole,
  m.muted_until AS "mutedUntil"`;

const OF_MEMBER = `FROM conversations c
  JOIN members m ON m.conversation = c.id AND m.user_id = $3 AND m.left_at IS NULL
  WHERE c.app_id = $1 AND c.dlg_id = $2`;

/** Asked together with the rest, so that a fence costs no statement of its own. */
const FENCE = `(SELECT f.fence FROM fences f WHERE f.app_id = $1 AND f.user_id = $3 AND f.sid = $4) AS fence`;

/**
 * The conversation, if the actor may do this in it. An older socket of a client that has a newer one may do nothing any
 * more, and as this is asked in the transaction of the deed, nothing of it slips through (I28).
 *
 * Whoever is in a lane must be customer service of the conversation that it is about, now and not only when let in.
 *
 * @param now needed of deeds that who is muted may not do
 * @throws {Refused} conversation.not_member, member.muted, message.not_author, desk.not_service, socket.replaced
 */
export async function standOf(
  sql: Sql,
  deed: Exclude<Deed, 'recall' | 'join'>,
  actor: Actor,
  dlgId: DlgId,
  now?: Instant,
): Promise<MemberStand> {
  const { appId, userId, client } = actor;
  const [found] = client
    ? await sql.query<MemberStand & { fence: number | null }>(
        `SELECT ${STAND}, ${ROLE}, ${FENCE} ${OF_MEMBER}`,
        appId,
        dlgId,
        userId,
        client.sid,
      )
    : await sql.query<MemberStand & { fence?: number }>(`SELECT ${STAND}, ${ROLE} ${OF_MEMBER}`, appId, dlgId, userId);
  const isMember = found !== undefined && (found.laneId === null || (await serves(sql, found.laneId, actor)));
  const isMuted = isMutedAt(found?.mutedUntil, now);
  allow(deed, { actor, dlgId, isMember, isMuted, ...(found && { urole: found.urole, laneOf: found.laneOf }) });
  if (!found) throw new Refused('conversation.not_member');
  if (client && (found.fence ?? 0) > client.fence) throw new Refused('socket.replaced');
  return found;
}

/** Whether somebody muted until then is so still. */
export const isMutedAt = (until: Instant | null | undefined, now: Instant | undefined): boolean =>
  typeof until === 'number' && now !== undefined && until > now;

/** For the platform, to which there are no notes but in a transcript. @throws {Refused} conversation.not_found */
export async function placeOf(sql: Sql, place: Place): Promise<Stand> {
  const stand = await findPlace(sql, place);
  if (!stand || stand.laneId !== null) throw new Refused('conversation.not_found');
  return stand;
}

export async function findPlace(sql: Sql, { appId, dlgId }: Place): Promise<Stand | undefined> {
  const [stand] = await sql.query<Stand>(
    `SELECT ${STAND} FROM conversations c WHERE c.app_id = $1 AND c.dlg_id = $2`,
    appId,
    dlgId,
  );
  return stand;
}

/** The notes about a conversation, if there are any yet. */
export async function findLane(sql: Sql, { conversation }: Stand): Promise<Stand | undefined> {
  const [lane] = await sql.query<Stand>(`SELECT ${STAND} FROM conversations c WHERE c.lane_of = $1`, conversation);
  return lane;
}

/** Undefined for whoever is not in it. */
export async function roleIn(
  sql: Sql,
  conversation: number,
  { appId, userId }: { appId: AppId; userId: UserId },
): Promise<Urole | undefined> {
  const [member] = await sql.query<{ urole: Urole }>(
    `SELECT COALESCE(m.urole, u.urole) AS urole FROM members m
     JOIN users u ON u.app_id = m.app_id AND u.user_id = m.user_id
     WHERE m.conversation = $1 AND m.app_id = $2 AND m.user_id = $3 AND m.left_at IS NULL`,
    conversation,
    appId,
    userId,
  );
  return member?.urole;
}

const serves = async (sql: Sql, conversation: number, who: { appId: AppId; userId: UserId }): Promise<boolean> =>
  (await roleIn(sql, conversation, who)) === 'service';
