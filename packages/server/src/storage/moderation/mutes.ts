import { Refused, type DlgId, type Message } from '@trialogue/protocol';

import type { MuteChange } from '../../chat/moderation/ports.ts';
import type { Actor, Place } from '../../chat/ports.ts';
import { append } from '../messages.ts';
import type { Sql } from '../sql.ts';
import { placeOf, roleIn, standOf, type Stand } from '../standing.ts';

export async function muteMember(
  sql: Sql,
  actor: Actor,
  dlgId: DlgId,
  change: MuteChange,
): Promise<Message | undefined> {
  const stand = await standOf(sql, 'moderate', actor, dlgId);
  const urole = await roleIn(sql, stand.conversation, { appId: actor.appId, userId: change.userId });
  if (urole === 'service') throw new Refused('member.is_service');
  return putMute(sql, stand, change);
}

export async function muteFor(sql: Sql, place: Place, change: MuteChange): Promise<Message | undefined> {
  return putMute(sql, await placeOf(sql, place), change);
}

/** A mute that is over is none: whoever is muted again is said to be. */
async function putMute(sql: Sql, stand: Stand, { userId, until, line, now }: MuteChange): Promise<Message | undefined> {
  const [member] = await sql.query<{ muted_until: number | null }>(
    `SELECT muted_until FROM members WHERE conversation = $1 AND user_id = $2 AND left_at IS NULL`,
    stand.conversation,
    userId,
  );
  if (!member) throw new Refused('member.not_found', `userId: ${userId}`);
  const isMuted = member.muted_until !== null && member.muted_until > now;
  if (!isMuted && until === null) return undefined;
  await sql.query(
    `UPDATE members SET muted_until = $3 WHERE conversation = $1 AND user_id = $2`,
    stand.conversation,
    userId,
    until,
  );
  return isMuted === (until !== null) ? undefined : append(sql, stand, line, now);
}
