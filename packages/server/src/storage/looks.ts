import { id, type AppId, type DlgId, type Instant, type SessionId } from '@trialogue/protocol';

import type { Head, Place } from '../chat/ports.ts';
import { inRuns, slots, type Sql } from './sql.ts';

/** Where conversations stand, for a node that looks whether it has missed anything. */
export async function headsOf(sql: Sql, places: readonly Place[]): Promise<Head[]> {
  const heads: Head[] = [];
  for (const [appId, dlgIds] of byApp(places)) {
    for (const some of inRuns(dlgIds)) {
      const rows = await sql.query<{ dlg_id: string; head: number; epoch: number }>(
        `SELECT dlg_id, last_seq AS head, epoch FROM conversations
         WHERE app_id = $1 AND dlg_id IN (${slots(some.length, 2)})`,
        appId,
        ...some,
      );
      for (const { dlg_id, head, epoch } of rows) heads.push({ appId, dlgId: id<DlgId>(dlg_id), head, epoch });
    }
  }
  return heads;
}

/** Which of these sessions live no more. One that nobody knows does not. */
export async function endedAmong(sql: Sql, sessionIds: readonly SessionId[], now: Instant): Promise<SessionId[]> {
  const ended = new Set(sessionIds);
  for (const some of inRuns(sessionIds)) {
    const live = await sql.query<{ session_id: string }>(
      `SELECT session_id FROM sessions
       WHERE ended_at IS NULL AND expires_at > $1 AND session_id IN (${slots(some.length, 2)})`,
      now,
      ...some,
    );
    for (const { session_id } of live) ended.delete(id<SessionId>(session_id));
  }
  return [...ended];
}

function byApp(places: readonly Place[]): Map<AppId, DlgId[]> {
  const apps = new Map<AppId, DlgId[]>();
  for (const { appId, dlgId } of places) {
    const dlgIds = apps.get(appId);
    if (dlgIds) dlgIds.push(dlgId);
    else apps.set(appId, [dlgId]);
  }
  return apps;
}
