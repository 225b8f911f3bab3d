import type { AppId, Instant } from '@trialogue/protocol';

import type { Sql } from './sql.ts';

/**
 * A day after their end, tickets and sessions can surely not be used again, whatever the clocks of other machines say.
 * A day after a socket has taken over, the one before it is surely gone.
 */
const KEPT_AFTER_END_MS = 24 * 60 * 60_000;

export async function useTicket(
  sql: Sql,
  { appId, jti, expiresAt }: { appId: AppId; jti: string; expiresAt: Instant },
): Promise<boolean> {
  const first = await sql.query(
    `INSERT INTO used_tickets (app_id, jti, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING jti`,
    appId,
    jti,
    expiresAt,
  );
  return first.length === 1;
}

export async function forgetExpired(sql: Sql, now: Instant): Promise<void> {
  await sql.query(`DELETE FROM used_tickets WHERE expires_at < $1`, now - KEPT_AFTER_END_MS);
  await sql.query(`DELETE FROM sessions WHERE expires_at < $1`, now - KEPT_AFTER_END_MS);
  await sql.query(`DELETE FROM fences WHERE raised_at < $1`, now - KEPT_AFTER_END_MS);
}
