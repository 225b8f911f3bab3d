import type { AppId } from '@trialogue/protocol';

import type { Sql } from '../sql.ts';

export async function readSettings(sql: Sql, appId: AppId): Promise<string | undefined> {
  const [row] = await sql.query<{ sealed: string }>(`SELECT sealed FROM app_settings WHERE app_id = $1`, appId);
  return row?.sealed;
}

export async function putSettings(sql: Sql, appId: AppId, sealed: string): Promise<void> {
  await sql.query(
    `INSERT INTO app_settings (app_id, sealed) VALUES ($1, $2) ON CONFLICT (app_id) DO UPDATE SET sealed = $2`,
    appId,
    sealed,
  );
}
