import { Refused, type Instant, type Message, type Urole, type UserId } from '@trialogue/protocol';

import type { Draft, Place, Room, WrappedKey } from '../chat/ports.ts';
import { startEpoch } from './conversations.ts';
import { addRow } from './members.ts';
import { append } from './messages.ts';
import type { Sql } from './sql.ts';
import { placeOf } from './standing.ts';

export async function addMembers(
  sql: Sql,
  place: Place,
  { members, now, room }: { members: { userId: UserId; urole?: Urole; notice: Draft }[]; now: Instant; room?: Room },
): Promise<{ added: UserId[]; messages: Message[] }> {
  const stand = await placeOf(sql, place);
  const added: UserId[] = [];
  const messages: Message[] = [];
  for (const { notice, ...member } of members) {
    if (!(await addRow(sql, { conversation: stand.conversation, appId: place.appId, ...member }, room))) continue;
    added.push(member.userId);
    messages.push(await append(sql, stand, notice, now));
  }
  return { added, messages };
}

export async function removeMember(
  sql: Sql,
  place: Place,
  { userId, key, notice, now }: { userId: UserId; key: WrappedKey; notice: Draft; now: Instant },
): Promise<Message> {
  const { conversation } = await placeOf(sql, place);
  const left = await sql.query(
    `UPDATE members SET left_at = $3 WHERE conversation = $1 AND user_id = $2 AND left_at IS NULL RETURNING user_id`,
    conversation,
    userId,
    now,
  );
  if (left.length === 0) throw new Refused('member.not_found', `userId: ${userId}`);
  await startEpoch(sql, place, key);
  return append(sql, await placeOf(sql, place), notice, now);
}
