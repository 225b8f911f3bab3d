import { Refused, id, type AppId, type Urole, type UserId } from '@trialogue/protocol';

import type { Profile } from '../chat/ports.ts';
import type { Sql } from './sql.ts';

/** A user as a row gives it; in a conversation, `urole` is the role the user has there. */
export interface ProfileColumns {
  user_id: string;
  name: string;
  avatar: string;
  remark: string;
  urole: Urole;
}

export async function putUser(sql: Sql, appId: AppId, profile: Profile): Promise<void> {
  await sql.query(
    `INSERT INTO users (app_id, user_id, name, avatar, remark, urole) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (app_id, user_id) DO UPDATE SET name = $3, avatar = $4, remark = $5, urole = $6`,
    appId,
    profile.userId,
    profile.name,
    profile.avatar,
    profile.remark,
    profile.urole,
  );
}

export async function findUser(sql: Sql, appId: AppId, userId: UserId): Promise<Profile | undefined> {
  const [row] = await sql.query<ProfileColumns>(
    `SELECT user_id, name, avatar, remark, urole FROM users WHERE app_id = $1 AND user_id = $2`,
    appId,
    userId,
  );
  return row && toProfile(row);
}

/** @throws {Refused} user.not_found */
export async function mustBeUser(sql: Sql, appId: AppId, userId: UserId): Promise<void> {
  const known = await sql.query(`SELECT 1 FROM users WHERE app_id = $1 AND user_id = $2`, appId, userId);
  if (known.length === 0) throw new Refused('user.not_found', `userId: ${userId}`);
}

export const toProfile = (row: ProfileColumns): Profile => ({
  userId: id<UserId>(row.user_id),
  name: row.name,
  avatar: row.avatar,
  remark: row.remark,
  urole: row.urole,
});
