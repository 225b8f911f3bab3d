import { Refused, type AppId, type Instant } from '@trialogue/protocol';

import { allowService } from '../../access/access.ts';
import type { ReplyRow } from '../../chat/desk/ports.ts';
import type { Actor } from '../../chat/ports.ts';
import type { Sql } from '../sql.ts';
import { roleOf } from './calls.ts';

/** Whose replies everybody at the desk is offered. */
const APP = '';

interface Kept {
  replyId: string;
  sealed: string;
  now: Instant;
  /** How many the owner may have. */
  most: number;
}

export async function listReplies(sql: Sql, actor: Actor): Promise<ReplyRow[]> {
  allowService(await roleOf(sql, actor));
  return [...(await repliesOf(sql, actor.appId, APP)), ...(await repliesOf(sql, actor.appId, actor.userId))];
}

export async function putReply(sql: Sql, actor: Actor, reply: Kept): Promise<void> {
  allowService(await roleOf(sql, actor));
  await put(sql, actor.appId, actor.userId, reply);
}

export async function removeReply(sql: Sql, actor: Actor, replyId: string): Promise<void> {
  allowService(await roleOf(sql, actor));
  await remove(sql, actor.appId, actor.userId, replyId);
}

export const listAppReplies = (sql: Sql, appId: AppId): Promise<ReplyRow[]> => repliesOf(sql, appId, APP);

export const putAppReply = (sql: Sql, appId: AppId, reply: Kept): Promise<void> => put(sql, appId, APP, reply);

export const removeAppReply = (sql: Sql, appId: AppId, replyId: string): Promise<void> =>
  remove(sql, appId, APP, replyId);

async function repliesOf(sql: Sql, appId: AppId, owner: string): Promise<ReplyRow[]> {
  const rows = await sql.query<{ reply_id: string; sealed: string }>(
    `SELECT reply_id, sealed FROM canned_replies WHERE app_id = $1 AND owner_id = $2 ORDER BY created_at, reply_id`,
    appId,
    owner,
  );
  return rows.map(({ reply_id, sealed }) => ({ replyId: reply_id, sealed, scope: owner === APP ? 'app' : 'own' }));
}

async function put(sql: Sql, appId: AppId, owner: string, { replyId, sealed, now, most }: Kept): Promise<void> {
  await sql.query(
    `INSERT INTO canned_replies (app_id, owner_id, reply_id, sealed, created_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (app_id, owner_id, reply_id) DO UPDATE SET sealed = $4`,
    appId,
    owner,
    replyId,
    sealed,
    now,
  );
  const [count] = await sql.query<{ now: number }>(
    `SELECT count(*) AS now FROM canned_replies WHERE app_id = $1 AND owner_id = $2`,
    appId,
    owner,
  );
  if (count && count.now > most) throw new Refused('reply.too_many', `At most ${most}.`);
}

async function remove(sql: Sql, appId: AppId, owner: string, replyId: string): Promise<void> {
  await sql.query(
    `DELETE FROM canned_replies WHERE app_id = $1 AND owner_id = $2 AND reply_id = $3`,
    appId,
    owner,
    replyId,
  );
}
