import { id, type AppId } from '@trialogue/protocol';

import type { App } from '../chat/ports.ts';
import type { Sql } from './sql.ts';

interface Row {
  app_id: string;
  secret_hash: string;
  secret_wrapped: string;
  origins: string;
  older_hash: string | null;
  older_wrapped: string | null;
}

const COLUMNS = `app_id, secret_hash, secret_wrapped, origins, older_hash, older_wrapped`;

export async function putApp(sql: Sql, app: App): Promise<void> {
  await sql.query(
    `INSERT INTO apps (${COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (app_id) DO UPDATE
     SET secret_hash = $2, secret_wrapped = $3, origins = $4, older_hash = $5, older_wrapped = $6`,
    app.appId,
    app.secretHash,
    app.secretWrapped,
    JSON.stringify(app.origins),
    app.older?.secretHash ?? null,
    app.older?.secretWrapped ?? null,
  );
}

export async function findApp(sql: Sql, appId: AppId): Promise<App | undefined> {
  const [row] = await sql.query<Row>(`SELECT ${COLUMNS} FROM apps WHERE app_id = $1`, appId);
  return row && toApp(row);
}

export async function findAppBySecretHash(sql: Sql, secretHash: string): Promise<App | undefined> {
  const [row] = await sql.query<Row>(
    `SELECT ${COLUMNS} FROM apps WHERE secret_hash = $1 OR older_hash = $1`,
    secretHash,
  );
  return row && toApp(row);
}

export async function listApps(sql: Sql): Promise<App[]> {
  return (await sql.query<Row>(`SELECT ${COLUMNS} FROM apps ORDER BY app_id`)).map(toApp);
}

const toApp = (row: Row): App => ({
  appId: id<AppId>(row.app_id),
  secretHash: row.secret_hash,
  secretWrapped: row.secret_wrapped,
  ...(row.older_hash !== null &&
    row.older_wrapped !== null && { older: { secretHash: row.older_hash, secretWrapped: row.older_wrapped } }),
  origins: JSON.parse(row.origins) as string[],
});
