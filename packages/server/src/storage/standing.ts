import { Refused, type DlgId, type KeyEpoch, type Seq, type UserId } from '@trialogue/protocol';

import { allow, type Deed } from '../access/access.ts';
import type { Actor, Place } from '../chat/ports.ts';
import type { Sql } from './sql.ts';

/** A conversation inside the storage: the number that the other tables know it by, and where it stands. */
export interface Stand {
  conversation: number;
  epoch: KeyEpoch;
  head: Seq;
  /** Of the messages that are kept; `head + 1` when none is. */
  minSeq: Seq;
  logEpoch: string;
}

const STAND = `c.id AS conversation, c.epoch AS epoch, c.last_seq AS head, c.min_seq AS "minSeq",
  c.log_epoch AS "logEpoch"`;

const OF_MEMBER = `FROM conversations c
  JOIN members m ON m.conversation = c.id AND m.user_id = $3 AND m.left_at IS NULL
  WHERE c.app_id = $1 AND c.dlg_id = $2`;

/** Asked together with the rest, so that a fence costs no statement of its own. */
const FENCE = `(SELECT f.fence FROM fences f WHERE f.app_id = $1 AND f.user_id = $3 AND f.sid = $4) AS fence`;

/**
 * The conversation, if the actor may do this in it. An older socket of a client that has a newer one may do nothing any
 * more, and as this is asked in the transaction of the deed, nothing of it slips through (I28).
 *
 * @throws {Refused} conversation.not_member, message.not_author, socket.replaced
 */
export async function standOf(sql: Sql, deed: Exclude<Deed, 'recall'>, actor: Actor, dlgId: DlgId): Promise<Stand> {
  const { appId, userId, client } = actor;
  const [found] = client
    ? await sql.query<Stand & { fence: number | null }>(
        `SELECT ${STAND}, ${FENCE} ${OF_MEMBER}`,
        appId,
        dlgId,
        userId,
        client.sid,
      )
    : await sql.query<Stand & { fence?: number }>(`SELECT ${STAND} ${OF_MEMBER}`, appId, dlgId, userId);
  allow(deed, { actor, dlgId, isMember: found !== undefined });
  if (!found) throw new Refused('conversation.not_member');
  const { fence, ...stand } = found;
  if (client && (fence ?? 0) > client.fence) throw new Refused('socket.replaced');
  return stand;
}

/** @throws {Refused} conversation.not_found */
export async function placeOf(sql: Sql, place: Place): Promise<Stand> {
  const stand = await findPlace(sql, place);
  if (!stand) throw new Refused('conversation.not_found');
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

export async function isMember(sql: Sql, conversation: number, userId: UserId): Promise<boolean> {
  const found = await sql.query(
    `SELECT 1 FROM members WHERE conversation = $1 AND user_id = $2 AND left_at IS NULL`,
    conversation,
    userId,
  );
  return found.length === 1;
}
