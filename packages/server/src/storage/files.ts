import { Refused, id, type AppId, type DlgId, type FileId, type Instant, type UserId } from '@trialogue/protocol';

import type { Actor, FileRow } from '../chat/ports.ts';
import type { Sql } from './sql.ts';
import { standOf } from './standing.ts';

interface Row {
  file_id: string;
  uploader_id: string;
  meta_sealed: string;
  key_wrapped: string;
  size: number;
  created_at: Instant;
}

export async function putFile(sql: Sql, actor: Actor, dlgId: DlgId, file: FileRow): Promise<void> {
  const { conversation } = await standOf(sql, 'keepFile', actor, dlgId, file.createdAt);
  await sql.query(
    `INSERT INTO files (file_id, conversation, uploader_id, meta_sealed, key_wrapped, size, created_at, app_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    file.fileId,
    conversation,
    file.uploaderId,
    file.metaSealed,
    file.keyWrapped,
    file.size,
    file.createdAt,
    actor.appId,
  );
}

export async function findFile(sql: Sql, actor: Actor, dlgId: DlgId, fileId: FileId): Promise<FileRow> {
  const { conversation } = await standOf(sql, 'read', actor, dlgId);
  const [row] = await sql.query<Row>(
    `SELECT file_id, uploader_id, meta_sealed, key_wrapped, size, created_at FROM files
     WHERE file_id = $1 AND conversation = $2`,
    fileId,
    conversation,
  );
  if (!row) throw new Refused('file.not_found');
  return {
    fileId: id<FileId>(row.file_id),
    uploaderId: id<UserId>(row.uploader_id),
    metaSealed: row.meta_sealed,
    keyWrapped: row.key_wrapped,
    size: row.size,
    createdAt: row.created_at,
  };
}

/** Files of one call: each is a file to be removed as well. */
const FILES_PER_CALL = 100;

export async function dropFiles(sql: Sql, before: Instant, appId?: AppId): Promise<FileId[]> {
  const dropped = await sql.query<{ file_id: string }>(
    `DELETE FROM files WHERE file_id IN (
       SELECT file_id FROM files WHERE created_at < $1 ${appId === undefined ? '' : 'AND app_id = $2'}
       ORDER BY created_at LIMIT ${FILES_PER_CALL}
     ) RETURNING file_id`,
    before,
    ...(appId === undefined ? [] : [appId]),
  );
  return dropped.map((row) => id<FileId>(row.file_id));
}
