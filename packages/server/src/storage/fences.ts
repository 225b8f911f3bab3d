import type { Instant } from '@trialogue/protocol';

import type { Store } from '../chat/ports.ts';
import type { Sql } from './sql.ts';

/** The row is written only when it raises the fence, so of two who come at once with the same number one is told no. */
export async function raiseFence(
  sql: Sql,
  { appId, userId, client }: Parameters<Store['raiseFence']>[0],
  now: Instant,
): Promise<boolean> {
  const raised = await sql.query(
    `INSERT INTO fences (app_id, user_id, sid, fence, raised_at) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (app_id, user_id, sid) DO UPDATE SET fence = $4, raised_at = $5 WHERE fences.fence < $4
     RETURNING fence`,
    appId,
    userId,
    client.sid,
    client.fence,
    now,
  );
  return raised.length === 1;
}
