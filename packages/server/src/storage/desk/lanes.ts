import type { AppId, DlgId, Instant, UserId } from '@trialogue/protocol';

import type { Actor, Place, WrappedKey } from '../../chat/ports.ts';
import { insertConversation } from '../conversations.ts';
import { ofMember } from '../members.ts';
import type { Sql } from '../sql.ts';
import { findLane, findPlace, standOf, type Stand } from '../standing.ts';
import type { ProfileColumns } from '../users.ts';

export async function laneOf(sql: Sql, place: Place): Promise<DlgId | undefined> {
  const stand = await findPlace(sql, place);
  const lane = stand && (await findLane(sql, stand));
  return lane?.dlgId;
}

export async function openLane(
  sql: Sql,
  actor: Actor,
  dlgId: DlgId,
  fresh: { dlgId: DlgId; key: WrappedKey; now: Instant },
): Promise<DlgId> {
  const stand = await standOf(sql, 'desk', actor, dlgId);
  const lane = (await findLane(sql, stand)) ?? (await beginLane(sql, stand, { ...fresh, appId: actor.appId }));
  const members = await sql.query<ProfileColumns>(ofMember, stand.conversation);
  for (const { user_id, urole } of members) {
    if (urole === 'service') await letIntoLane(sql, lane, { appId: actor.appId, userId: user_id as UserId });
  }
  return lane.dlgId;
}

async function beginLane(
  sql: Sql,
  { conversation }: Stand,
  fresh: Place & { key: WrappedKey; now: Instant },
): Promise<Pick<Stand, 'conversation' | 'dlgId'>> {
  const [about] = await sql.query<{ name: string }>(`SELECT name FROM conversations WHERE id = $1`, conversation);
  const name = about?.name ?? '';
  return { conversation: await insertConversation(sql, { ...fresh, name, laneOf: conversation }), dlgId: fresh.dlgId };
}

/** Whoever had left takes the old place again. The notes count neither as members nor as conversations of anybody. */
export async function letIntoLane(
  sql: Sql,
  { conversation }: Pick<Stand, 'conversation'>,
  { appId, userId }: { appId: AppId; userId: UserId },
): Promise<void> {
  await sql.query(
    `INSERT INTO members (conversation, app_id, user_id, urole, position, spoken_read, in_lane)
     VALUES ($1, $2, $3, 'service', (SELECT count(*) FROM members WHERE conversation = $1),
       (SELECT spoken_dropped FROM conversations WHERE id = $1), 1)
     ON CONFLICT (conversation, user_id) DO UPDATE SET left_at = NULL`,
    conversation,
    appId,
    userId,
  );
}
