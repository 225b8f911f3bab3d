import { Refused, limits, type AppId, type Urole, type UserId } from '@trialogue/protocol';

import type { Room } from '../chat/ports.ts';
import { mustFit } from './members.ts';
import { inRuns, slots, type Sql } from './sql.ts';

interface Joining {
  userId: UserId;
  urole?: Urole;
}

/**
 * The members that a conversation begins with. As nobody is in it yet, each question is asked once for all of them: a
 * group of a thousand is as many rows, and not as many counts of a growing table.
 *
 * @throws {Refused} user.not_found, member.too_many, user.too_many_groups
 */
export async function addFirstMembers(
  sql: Sql,
  { conversation, appId, members }: { conversation: number; appId: AppId; members: readonly Joining[] },
  room: Room = limits,
): Promise<void> {
  // Whoever is named twice is in it once, as first named.
  const joining = [...new Map(members.toReversed().map((member) => [member.userId, member])).values()].toReversed();
  const userIds = joining.map(({ userId }) => userId);
  const roles = await rolesOf(sql, appId, userIds);
  const stranger = userIds.find((userId) => !roles.has(userId));
  if (stranger !== undefined) throw new Refused('user.not_found', `userId: ${stranger}`);
  if (joining.length > room.membersPerGroup) throw new Refused('member.too_many');
  await Promise.all(
    joining.map(({ userId, urole }, position) =>
      sql.query(
        `INSERT INTO members (conversation, app_id, user_id, urole, position) VALUES ($1, $2, $3, $4, $5)`,
        conversation,
        appId,
        userId,
        urole ?? null,
        position,
      ),
    ),
  );
  const groups = await groupsOf(sql, appId, userIds);
  for (const { userId, urole } of joining) {
    mustFit({ userId, urole: urole ?? roles.get(userId), groups: groups.get(userId) ?? 0 }, room);
  }
}

async function rolesOf(sql: Sql, appId: AppId, userIds: readonly UserId[]): Promise<Map<UserId, Urole>> {
  const roles = new Map<UserId, Urole>();
  for (const some of inRuns(userIds)) {
    const rows = await sql.query<{ user_id: UserId; urole: Urole }>(
      `SELECT user_id, urole FROM users WHERE app_id = $1 AND user_id IN (${slots(some.length, 2)})`,
      appId,
      ...some,
    );
    for (const { user_id, urole } of rows) roles.set(user_id, urole);
  }
  return roles;
}

/** In how many conversations each of them is, notes apart. */
async function groupsOf(sql: Sql, appId: AppId, userIds: readonly UserId[]): Promise<Map<UserId, number>> {
  const groups = new Map<UserId, number>();
  for (const some of inRuns(userIds)) {
    const rows = await sql.query<{ user_id: UserId; groups: number }>(
      `SELECT user_id, count(*) AS groups FROM members
       WHERE app_id = $1 AND user_id IN (${slots(some.length, 2)}) AND left_at IS NULL AND in_lane = 0 GROUP BY user_id`,
      appId,
      ...some,
    );
    for (const { user_id, groups: count } of rows) groups.set(user_id, count);
  }
  return groups;
}
