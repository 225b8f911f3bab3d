import { Refused, type DlgId, type Message, type Seq } from '@trialogue/protocol';
import type { DeskState } from '@trialogue/protocol/api';

import type { DeskChange } from '../../chat/desk/ports.ts';
import type { Actor, Draft, Place } from '../../chat/ports.ts';
import { append, appendMessage } from '../messages.ts';
import type { Sql } from '../sql.ts';
import { roleIn, standOf } from '../standing.ts';
import { helperStandOf } from './calls.ts';
import { toDesk, type DeskColumns } from './columns.ts';
import { putDesk } from './turns.ts';

export async function readDesk(
  sql: Sql,
  actor: Actor,
  dlgId: DlgId,
  deed: 'call' | 'desk' | 'join',
): Promise<DeskState> {
  return toDesk(await (deed === 'join' ? helperStandOf(sql, actor, dlgId) : standOf(sql, deed, actor, dlgId)));
}

export async function patchDesk(
  sql: Sql,
  actor: Actor,
  dlgId: DlgId,
  { status, assignee, lines, note, now }: DeskChange,
): Promise<{ desk: DeskState; messages: Message[]; note?: Message }> {
  const stand = await standOf(sql, 'desk', actor, dlgId);
  const next: DeskColumns = { ...stand };
  const said: (Draft | undefined)[] = [];

  if (assignee !== undefined && assignee !== stand.assignee) {
    next.assignee = assignee;
    if (assignee !== null) {
      if ((await roleIn(sql, stand.conversation, { appId: actor.appId, userId: assignee })) !== 'service') {
        throw new Refused('member.not_found', `assignee: expected one of its customer service, not ${assignee}.`);
      }
      next.calledAt = null;
      said.push(assignee === actor.userId ? lines.taken : lines.handedOver);
    }
  }
  if (status !== undefined && status !== stand.status) {
    next.status = status;
    if (status === 'closed') {
      Object.assign(next, { calledAt: null, waitingUser: null, waitingMerchant: null });
      said.push(lines.closed, lines.ratingRequest);
    } else if (status === 'open' && stand.status === 'closed') said.push(lines.reopened);
  }

  const isChanged = next.status !== stand.status || next.assignee !== stand.assignee;
  if (isChanged) await putDesk(sql, stand.conversation, next);
  const messages: Message[] = [];
  for (const draft of said) if (draft) messages.push(await append(sql, stand, draft, now));
  // What is asked for again after a lost answer changes nothing, and its note is there already.
  if (!note || !(isChanged || (status === undefined && assignee === undefined)))
    return { desk: toDesk(next), messages };
  const { epoch: _, ...noted } = note.draft;
  const { seq, sentAt } = await appendMessage(sql, actor, note.lane, note.draft, now);
  return { desk: toDesk(next), messages, note: { ...noted, seq, sentAt } };
}

export async function keepClosed(sql: Sql, { appId, dlgId }: Place, seq: Seq): Promise<void> {
  await sql.query(
    `UPDATE conversations SET desk_status = 'closed', waiting_user = NULL, waiting_merchant = NULL
     WHERE app_id = $1 AND dlg_id = $2 AND last_seq = $3 AND desk_status = 'open'`,
    appId,
    dlgId,
    seq,
  );
}
