import type { AppId } from '@trialogue/protocol';
import type { AuditLine } from '@trialogue/protocol/api';

import type { AuditHead } from '../../chat/moderation/ports.ts';
import type { Sql } from '../sql.ts';

export async function auditHead(sql: Sql, appId: AppId): Promise<AuditHead | undefined> {
  const [head] = await sql.query<AuditHead>(`SELECT nr, sealed FROM audit_heads WHERE app_id = $1`, appId);
  return head;
}

/** Whoever finds the head where it was told that it is moves it on; of two at once the other one comes again. */
export async function appendAudit(
  sql: Sql,
  appId: AppId,
  { nr, at, actor, action, subject, reason, hash }: AuditLine,
  sealed: string,
): Promise<boolean> {
  const moved =
    nr === 1
      ? await sql.query(
          `INSERT INTO audit_heads (app_id, nr, sealed) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING nr`,
          appId,
          nr,
          sealed,
        )
      : await sql.query(
          `UPDATE audit_heads SET nr = $2, sealed = $3 WHERE app_id = $1 AND nr = $2 - 1 RETURNING nr`,
          appId,
          nr,
          sealed,
        );
  if (moved.length === 0) return false;
  await sql.query(
    `INSERT INTO audit_log (app_id, nr, at, actor, action, subject, reason, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    appId,
    nr,
    at,
    actor,
    action,
    subject,
    reason,
    hash,
  );
  return true;
}

export const listAudit = (sql: Sql, appId: AppId, after: number, limit: number): Promise<AuditLine[]> =>
  sql.query<AuditLine>(
    `SELECT nr, at, actor, action, subject, reason, hash FROM audit_log
     WHERE app_id = $1 AND nr > $2 ORDER BY nr LIMIT $3`,
    appId,
    after,
    limit,
  );
