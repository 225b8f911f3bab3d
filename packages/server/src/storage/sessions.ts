import { id, type AppId, type DlgId, type Instant, type SessionId, type UserId } from '@trialogue/protocol';

import type { SessionRow } from '../chat/ports.ts';
import type { Sql } from './sql.ts';
import { mustBeUser } from './users.ts';

interface Row {
  session_id: string;
  app_id: string;
  user_id: string;
  only_dlg: string | null;
  refresh_hash: string;
  created_at: number;
  expires_at: number;
  idle_at: number;
  ended_at: number | null;
}

const COLUMNS = `session_id, app_id, user_id, only_dlg, refresh_hash, created_at, expires_at, idle_at, ended_at`;

/** @throws {Refused} user.not_found */
export async function createSession(sql: Sql, session: SessionRow): Promise<void> {
  await mustBeUser(sql, session.appId, session.userId);
  await sql.query(
    `INSERT INTO sessions (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    session.sessionId,
    session.appId,
    session.userId,
    session.onlyDlg ?? null,
    session.refreshHash,
    session.createdAt,
    session.expiresAt,
    session.idleAt,
    session.endedAt ?? null,
  );
}

export async function findSession(sql: Sql, sessionId: SessionId): Promise<SessionRow | undefined> {
  const [row] = await sql.query<Row>(`SELECT ${COLUMNS} FROM sessions WHERE session_id = $1`, sessionId);
  return row && toSession(row);
}

/** A refresh token that was swapped before and comes again was stolen, or its thief was quicker: the session ends. */
export async function rotateRefresh(
  sql: Sql,
  { oldHash, newHash, now, idleAt }: { oldHash: string; newHash: string; now: Instant; idleAt: Instant },
): Promise<SessionRow | undefined> {
  const [live] = await sql.query<Row>(
    `UPDATE sessions SET refresh_hash = $2, idle_at = $4
     WHERE refresh_hash = $1 AND ended_at IS NULL AND expires_at > $3 AND idle_at > $3 RETURNING ${COLUMNS}`,
    oldHash,
    newHash,
    now,
    idleAt,
  );
  if (live) {
    const spent = `INSERT INTO spent_refreshes (refresh_hash, session_id) VALUES ($1, $2)`;
    await sql.query(spent, oldHash, live.session_id);
    return toSession(live);
  }
  await sql.query(
    `UPDATE sessions SET ended_at = $2 WHERE ended_at IS NULL
     AND session_id = (SELECT session_id FROM spent_refreshes WHERE refresh_hash = $1)`,
    oldHash,
    now,
  );
  return undefined;
}

export async function endSession(sql: Sql, sessionId: SessionId, now: Instant): Promise<void> {
  await sql.query(`UPDATE sessions SET ended_at = $2 WHERE session_id = $1 AND ended_at IS NULL`, sessionId, now);
}

export async function endSessionsOf(sql: Sql, appId: AppId, userId: UserId, now: Instant): Promise<SessionId[]> {
  const ended = await sql.query<{ session_id: string }>(
    `UPDATE sessions SET ended_at = $3 WHERE app_id = $1 AND user_id = $2 AND ended_at IS NULL RETURNING session_id`,
    appId,
    userId,
    now,
  );
  return ended.map((row) => id<SessionId>(row.session_id));
}

const toSession = (row: Row): SessionRow => ({
  sessionId: id<SessionId>(row.session_id),
  appId: id<AppId>(row.app_id),
  userId: id<UserId>(row.user_id),
  ...(row.only_dlg !== null && { onlyDlg: id<DlgId>(row.only_dlg) }),
  refreshHash: row.refresh_hash,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  idleAt: row.idle_at,
  ...(row.ended_at !== null && { endedAt: row.ended_at }),
});
