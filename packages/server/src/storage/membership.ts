import { Refused, type Instant, type Message, type Urole, type UserId } from '@trialogue/protocol';

import type { Draft, Place, Room, WrappedKey } from '../chat/ports.ts';
import { startEpoch } from './conversations.ts';
import { letIntoLane } from './desk/lanes.ts';
import { addRow } from './members.ts';
import { append } from './messages.ts';
import type { Sql } from './sql.ts';
import { findLane, placeOf, roleIn } from './standing.ts';

export async function addMembers(
  sql: Sql,
  place: Place,
  { members, now, room }: { members: { userId: UserId; urole?: Urole; notice: Draft }[]; now: Instant; room?: Room },
): Promise<{ added: UserId[]; messages: Message[] }> {
  const stand = await placeOf(sql, place);
  const lane = await findLane(sql, stand);
  const added: UserId[] = [];
  const messages: Message[] = [];
  for (const { notice, ...member } of members) {
    const who = { appId: place.appId, ...member };
    if (!(await addRow(sql, { conversation: stand.conversation, ...who }, room))) continue;
    if (lane && (await roleIn(sql, stand.conversation, who)) === 'service') await letIntoLane(sql, lane, who);
    added.push(member.userId);
    messages.push(await append(sql, stand, notice, now));
  }
  return { added, messages };
}

export async function removeMember(
  sql: Sql,
  place: Place,
  change: { userId: UserId; key: WrappedKey; notice: Draft; now: Instant; laneKey?: WrappedKey },
): Promise<Message> {
  const { userId, key, notice, now, laneKey } = change;
  const stand = await placeOf(sql, place);
  if (!(await leave(sql, stand.conversation, userId, now))) throw new Refused('member.not_found', `userId: ${userId}`);
  await sql.query(
    `UPDATE conversations SET assignee = NULL WHERE id = $1 AND assignee = $2`,
    stand.conversation,
    userId,
  );
  const lane = await findLane(sql, stand);
  if (lane && (await leave(sql, lane.conversation, userId, now))) {
    // Somebody has begun the notes since the caller looked.
    if (!laneKey) throw new Refused('key.stale_epoch');
    await startEpoch(sql, lane, laneKey);
  }
  await startEpoch(sql, stand, key);
  return append(sql, await placeOf(sql, place), notice, now);
}

/** False for whoever is not in it. */
async function leave(sql: Sql, conversation: number, userId: UserId, now: Instant): Promise<boolean> {
  const left = await sql.query(
    `UPDATE members SET left_at = $3 WHERE conversation = $1 AND user_id = $2 AND left_at IS NULL RETURNING user_id`,
    conversation,
    userId,
    now,
  );
  return left.length === 1;
}
