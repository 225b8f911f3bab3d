import { QUEUE_TOLD, Refused, id, type DlgId, type Instant, type Message, type Urole } from '@trialogue/protocol';
import type { DeskState, ServiceCall } from '@trialogue/protocol/api';

import { allow, allowService } from '../../access/access.ts';
import type { QueueRow } from '../../chat/desk/ports.ts';
import type { Actor, Draft, Room } from '../../chat/ports.ts';
import { profilesIn } from '../conversations.ts';
import { addRow } from '../members.ts';
import { append } from '../messages.ts';
import type { Sql } from '../sql.ts';
import { findLane, findPlace, roleIn, standOf, type Stand } from '../standing.ts';
import { findUser, toProfile } from '../users.ts';
import { toDesk, type DeskColumns } from './columns.ts';
import { letIntoLane } from './lanes.ts';
import { putDesk, turned } from './turns.ts';

/** Of conversation `c`: somebody of customer service is in it. */
const IS_SERVED = `EXISTS (SELECT 1 FROM members s JOIN users su ON su.app_id = s.app_id AND su.user_id = s.user_id
  WHERE s.conversation = c.id AND s.left_at IS NULL AND COALESCE(s.urole, su.urole) = 'service')`;

/** Of conversation `c`: it called, and nobody has come. */
const IS_QUEUED = `c.called_at IS NOT NULL AND c.assignee IS NULL AND NOT ${IS_SERVED}`;

/** Whoever calls waits from now on. */
export async function callService(
  sql: Sql,
  actor: Actor,
  dlgId: DlgId,
  { line, form, now }: { line: Draft; form?: Draft; now: Instant },
): Promise<{ calledAt: Instant; messages: Message[] }> {
  const stand = await standOf(sql, 'call', actor, dlgId);
  if (stand.calledAt !== null) return { calledAt: stand.calledAt, messages: [] };
  const called = await append(sql, stand, line, now);
  const calledAt = called.sentAt;
  const next = { ...stand, ...turned(stand, stand.urole, calledAt), status: 'open' as const, calledAt };
  const messages = [called];
  if (form && next.formGiven === 0) {
    messages.push(await append(sql, stand, form, now));
    next.formGiven = 1;
  }
  await putDesk(sql, stand.conversation, next);
  return { calledAt, messages };
}

/** Those who called earlier are counted up to a bound: whoever is that far back need not know it to one. */
export async function readCall(
  sql: Sql,
  actor: Actor,
  dlgId: DlgId,
): Promise<Pick<ServiceCall, 'calledAt' | 'before'>> {
  const stand = await standOf(sql, 'call', actor, dlgId);
  const { conversation, calledAt } = stand;
  if (calledAt === null || !(await isQueued(sql, stand))) return { calledAt, before: null };
  const [earlier] = await sql.query<{ count: number }>(
    `SELECT count(*) AS count FROM (
       SELECT 1 FROM conversations c WHERE c.app_id = $1 AND ${IS_QUEUED}
         AND (c.called_at < $2 OR (c.called_at = $2 AND c.id < $3)) LIMIT ${QUEUE_TOLD}
     ) q`,
    actor.appId,
    calledAt,
    conversation,
  );
  return { calledAt, before: earlier?.count ?? 0 };
}

export async function isServed(sql: Sql, conversation: number): Promise<boolean> {
  const found = await sql.query(`SELECT 1 FROM conversations c WHERE c.id = $1 AND ${IS_SERVED}`, conversation);
  return found.length === 1;
}

/**
 * The conversation, if the actor may come into it to help, or is its customer service already.
 *
 * @throws {Refused} conversation.not_member, desk.not_service
 */
export async function helperStandOf(sql: Sql, actor: Actor, dlgId: DlgId): Promise<Stand & { isMember: boolean }> {
  const stand = await findPlace(sql, { appId: actor.appId, dlgId });
  const asMember = stand && (await roleIn(sql, stand.conversation, actor));
  const isMember = asMember !== undefined;
  const urole = asMember ?? (await roleOf(sql, actor));
  const isCalled = stand !== undefined && (await isQueued(sql, stand));
  allow('join', { actor, dlgId, isMember, isCalled, laneOf: stand?.laneOf ?? null, ...(urole && { urole }) });
  if (!stand) throw new Refused('conversation.not_member');
  return { ...stand, isMember };
}

export async function joinConversation(
  sql: Sql,
  actor: Actor,
  dlgId: DlgId,
  { joined, taken, now, room }: { joined: Draft; taken: Draft; now: Instant; room: Room },
): Promise<{ desk: DeskState; messages: Message[] }> {
  const { isMember, ...stand } = await helperStandOf(sql, actor, dlgId);
  if (isMember && stand.assignee !== null) return { desk: toDesk(stand), messages: [] };
  const messages: Message[] = [];
  if (!isMember) {
    await addRow(sql, { conversation: stand.conversation, appId: actor.appId, userId: actor.userId }, room);
    const lane = await findLane(sql, stand);
    if (lane) await letIntoLane(sql, lane, actor);
    messages.push(await append(sql, stand, joined, now));
  }
  messages.push(await append(sql, stand, taken, now));
  const next: DeskColumns = { ...stand, assignee: actor.userId, calledAt: null };
  await putDesk(sql, stand.conversation, next);
  return { desk: toDesk(next), messages };
}

const QUEUE = `FROM conversations c WHERE c.app_id = $1 AND ${IS_QUEUED} AND ($2 = '' OR c.dlg_id = $2)`;

export async function queueLength(sql: Sql, { appId, onlyDlg = '' as DlgId }: Actor): Promise<number> {
  const [count] = await sql.query<{ total: number }>(`SELECT count(*) AS total ${QUEUE}`, appId, onlyDlg);
  return count?.total ?? 0;
}

export async function listQueue(
  sql: Sql,
  actor: Actor,
  { page, size }: { page: number; size: number },
): Promise<{ list: QueueRow[]; total: number }> {
  allowService(await roleOf(sql, actor));
  const rows = await sql.query<{ id: number; dlg_id: string; name: string; called_at: Instant }>(
    `SELECT c.id, c.dlg_id, c.name, c.called_at ${QUEUE} ORDER BY c.called_at, c.id LIMIT $3 OFFSET $4`,
    actor.appId,
    actor.onlyDlg ?? '',
    size,
    (page - 1) * size,
  );
  const members = await profilesIn(
    sql,
    rows.map((row) => row.id),
  );
  return {
    total: await queueLength(sql, actor),
    list: rows.map((row) => ({
      appId: actor.appId,
      dlgId: id<DlgId>(row.dlg_id),
      name: row.name,
      calledAt: row.called_at,
      members: members.filter(({ conversation }) => conversation === row.id).map(toProfile),
    })),
  };
}

async function isQueued(sql: Sql, { conversation }: Stand): Promise<boolean> {
  const found = await sql.query(`SELECT 1 FROM conversations c WHERE c.id = $1 AND ${IS_QUEUED}`, conversation);
  return found.length === 1;
}

/** In the app. */
export const roleOf = async (sql: Sql, { appId, userId }: Actor): Promise<Urole | undefined> =>
  (await findUser(sql, appId, userId))?.urole;
