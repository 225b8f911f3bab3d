import {
  Refused,
  id,
  type AppId,
  type ClientMsgId,
  type DlgId,
  type Instant,
  type MsgId,
  type Seq,
  type UserId,
} from '@trialogue/protocol';

import type { Evidence, ReportRow } from '../../chat/moderation/ports.ts';
import type { Actor } from '../../chat/ports.ts';
import { hashOf } from '../contentHash.ts';
import type { Sql } from '../sql.ts';
import { standOf } from '../standing.ts';

interface Kept {
  msg_id: string;
  client_msg_id: string;
  fromuid: string;
  sent_at: Instant;
}

export async function readEvidence(sql: Sql, actor: Actor, dlgId: DlgId, seq: Seq): Promise<Evidence> {
  const { conversation } = await standOf(sql, 'report', actor, dlgId);
  const [kept] = await sql.query<Kept & { content: string; recalled_hash: string | null }>(
    `SELECT msg_id, client_msg_id, fromuid, sent_at, content, recalled_hash FROM messages
     WHERE conversation = $1 AND seq = $2`,
    conversation,
    seq,
  );
  if (kept) {
    const { content, recalled_hash } = kept;
    const said = recalled_hash === null ? { contentHash: hashOf(content), content } : { contentHash: recalled_hash };
    return { ...toEvidence(kept), ...said };
  }
  const [dropped] = await sql.query<Kept & { content_hash: string }>(
    `SELECT msg_id, client_msg_id, fromuid, sent_at, content_hash FROM dropped_messages
     WHERE conversation = $1 AND seq = $2`,
    conversation,
    seq,
  );
  if (!dropped) throw new Refused('message.not_found');
  return { ...toEvidence(dropped), contentHash: dropped.content_hash };
}

const toEvidence = ({ msg_id, client_msg_id, fromuid, sent_at }: Kept): Omit<Evidence, 'contentHash'> => ({
  msgId: id<MsgId>(msg_id),
  clientMsgId: id<ClientMsgId>(client_msg_id),
  fromuid: id<UserId>(fromuid),
  sentAt: sent_at,
});

export async function putReport(
  sql: Sql,
  actor: Actor,
  dlgId: DlgId,
  { reportId, seq, sealed, now }: Pick<ReportRow, 'reportId' | 'seq' | 'sealed'> & { now: Instant },
): Promise<string> {
  const { conversation } = await standOf(sql, 'report', actor, dlgId);
  await sql.query(
    `INSERT INTO reports (report_id, app_id, conversation, seq, reporter_id, created_at, sealed)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (conversation, seq, reporter_id) DO NOTHING`,
    reportId,
    actor.appId,
    conversation,
    seq,
    actor.userId,
    now,
    sealed,
  );
  const [first] = await sql.query<{ report_id: string }>(
    `SELECT report_id FROM reports WHERE conversation = $1 AND seq = $2 AND reporter_id = $3`,
    conversation,
    seq,
    actor.userId,
  );
  return first?.report_id ?? reportId;
}

interface Row {
  report_id: string;
  dlg_id: string;
  seq: Seq;
  reporter_id: string;
  created_at: Instant;
  sealed: string;
  resolved_at: Instant | null;
}

const SELECT = `SELECT r.report_id, c.dlg_id, r.seq, r.reporter_id, r.created_at, r.sealed, r.resolved_at
  FROM reports r JOIN conversations c ON c.id = r.conversation`;

const which = {
  open: 'AND resolved_at IS NULL',
  resolved: 'AND resolved_at IS NOT NULL',
  all: '',
} as const;

export async function listReports(
  sql: Sql,
  appId: AppId,
  { status, page, size }: { status: keyof typeof which; page: number; size: number },
): Promise<{ list: ReportRow[]; total: number }> {
  const [count] = await sql.query<{ total: number }>(
    `SELECT count(*) AS total FROM reports WHERE app_id = $1 ${which[status]}`,
    appId,
  );
  const rows = await sql.query<Row>(
    `${SELECT} WHERE r.app_id = $1 ${which[status]} ORDER BY r.created_at DESC, r.report_id LIMIT $2 OFFSET $3`,
    appId,
    size,
    (page - 1) * size,
  );
  return { list: rows.map(toReport), total: count?.total ?? 0 };
}

export async function findReport(sql: Sql, appId: AppId, reportId: string): Promise<ReportRow | undefined> {
  const [row] = await sql.query<Row>(`${SELECT} WHERE r.report_id = $1 AND r.app_id = $2`, reportId, appId);
  return row && toReport(row);
}

export async function resolveReport(
  sql: Sql,
  appId: AppId,
  reportId: string,
  { sealed, now }: { sealed: string; now: Instant },
): Promise<void> {
  await sql.query(
    `UPDATE reports SET sealed = $3, resolved_at = $4 WHERE report_id = $1 AND app_id = $2`,
    reportId,
    appId,
    sealed,
    now,
  );
}

const REPORTS_PER_CALL = 200;

export async function dropReports(sql: Sql, appId: AppId, before: Instant): Promise<number> {
  const gone = await sql.query(
    `DELETE FROM reports WHERE report_id IN (
       SELECT report_id FROM reports WHERE app_id = $1 AND created_at < $2 ORDER BY created_at LIMIT ${REPORTS_PER_CALL}
     ) RETURNING report_id`,
    appId,
    before,
  );
  return gone.length;
}

const toReport = (row: Row): ReportRow => ({
  reportId: row.report_id,
  dlgId: id<DlgId>(row.dlg_id),
  seq: row.seq,
  reporterId: id<UserId>(row.reporter_id),
  createdAt: row.created_at,
  sealed: row.sealed,
  resolvedAt: row.resolved_at,
});
