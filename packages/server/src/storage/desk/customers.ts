import type { AppId, DlgId, Instant, UserId } from '@trialogue/protocol';

import type { Actor, Inside } from '../../chat/ports.ts';
import type { Sql } from '../sql.ts';
import { standOf } from '../standing.ts';
import { mustBeUser, toProfile, type ProfileColumns } from '../users.ts';

export async function readCustomer(
  sql: Sql,
  actor: Actor,
  dlgId: DlgId,
): Promise<{ custom?: Record<string, unknown>; members: (Inside & { sealed?: string })[] }> {
  const { conversation } = await standOf(sql, 'desk', actor, dlgId);
  const [row] = await sql.query<{ custom: string | null }>(
    `SELECT custom FROM conversations WHERE id = $1`,
    conversation,
  );
  const members = await sql.query<ProfileColumns & { sealed: string | null; muted_until: Instant | null }>(
    `SELECT u.user_id, u.name, u.avatar, u.remark, COALESCE(m.urole, u.urole) AS urole, x.sealed, m.muted_until
     FROM members m JOIN users u ON u.app_id = m.app_id AND u.user_id = m.user_id
     LEFT JOIN user_customs x ON x.app_id = u.app_id AND x.user_id = u.user_id
     WHERE m.conversation = $1 AND m.left_at IS NULL ORDER BY m.position`,
    conversation,
  );
  const custom = row?.custom ?? null;
  return {
    ...(custom !== null && { custom: JSON.parse(custom) as Record<string, unknown> }),
    members: members.map(({ sealed, muted_until, ...profile }) => ({
      ...toProfile(profile),
      ...(muted_until !== null && { mutedUntil: muted_until }),
      ...(sealed !== null && { sealed }),
    })),
  };
}

export async function putUserCustom(sql: Sql, appId: AppId, userId: UserId, sealed: string | undefined): Promise<void> {
  await mustBeUser(sql, appId, userId);
  if (sealed === undefined) {
    await sql.query(`DELETE FROM user_customs WHERE app_id = $1 AND user_id = $2`, appId, userId);
    return;
  }
  await sql.query(
    `INSERT INTO user_customs (app_id, user_id, sealed) VALUES ($1, $2, $3)
     ON CONFLICT (app_id, user_id) DO UPDATE SET sealed = $3`,
    appId,
    userId,
    sealed,
  );
}
