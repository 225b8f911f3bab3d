import { Refused, type DlgId, type KeyEpoch, type Seq, type UserId } from '@trialogue/protocol';

import { allow, type Deed } from '../access/access.ts';
import type { Actor, Place } from '../chat/ports.ts';
import type { Sql } from './sql.ts';

/** A conversation inside the storage: the number that the other tables know it by, and where it stands. */
export interface Stand {
  conversation: number;
  epoch: KeyEpoch;
  head: Seq;
}

const STAND = `c.id AS conversation, c.epoch AS epoch, c.last_seq AS head`;

/**
 * The conversation, if the actor may do this in it.
 *
 * @throws {Refused} conversation.not_member, message.not_author
 */
export async function standOf(sql: Sql, deed: Exclude<Deed, 'recall'>, actor: Actor, dlgId: DlgId): Promise<Stand> {
  const [stand] = await sql.query<Stand>(
    `SELECT ${STAND} FROM conversations c
     JOIN members m ON m.conversation = c.id AND m.user_id = $3 AND m.left_at IS NULL
     WHERE c.app_id = $1 AND c.dlg_id = $2`,
    actor.appId,
    dlgId,
    actor.userId,
  );
  allow(deed, { actor, dlgId, isMember: stand !== undefined });
  if (!stand) throw new Refused('conversation.not_member');
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
