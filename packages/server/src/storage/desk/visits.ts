import type { DlgId, Instant, Message, Urole } from '@trialogue/protocol';

import type { VisitLines } from '../../chat/desk/ports.ts';
import type { Actor } from '../../chat/ports.ts';
import { append } from '../messages.ts';
import type { Sql } from '../sql.ts';
import { standOf, type MemberStand } from '../standing.ts';
import { isServed } from './calls.ts';
import { putDesk } from './turns.ts';

type Due = { [Line in keyof VisitLines]-?: boolean };

export async function readVisit(sql: Sql, actor: Actor, dlgId: DlgId): Promise<Due> {
  return dueOf(sql, await standOf(sql, 'read', actor, dlgId));
}

export async function visitConversation(
  sql: Sql,
  actor: Actor,
  dlgId: DlgId,
  { greeting, form, now }: VisitLines & { now: Instant },
): Promise<Message[]> {
  const stand = await standOf(sql, 'read', actor, dlgId);
  const due = await dueOf(sql, stand);
  const isGreeted = greeting !== undefined && due.greeting;
  const isAsked = form !== undefined && due.form;
  const messages: Message[] = [];
  if (isGreeted) messages.push(await append(sql, stand, greeting, now));
  if (isAsked) messages.push(await append(sql, stand, form, now));
  if (messages.length > 0) {
    await putDesk(sql, stand.conversation, {
      ...stand,
      ...(isGreeted && { greeted: 1 }),
      ...(isAsked && { formGiven: 1 }),
    });
  }
  return messages;
}

export const roleAt = async (sql: Sql, actor: Actor, dlgId: DlgId): Promise<Urole> =>
  (await standOf(sql, 'read', actor, dlgId)).urole;

/** A conversation that is closed is read, not visited: the next word in it begins another session. */
async function dueOf(sql: Sql, { conversation, urole, status, greeted, formGiven }: MemberStand): Promise<Due> {
  if (urole !== 'user' || status === 'closed') return { greeting: false, form: false };
  return { greeting: greeted === 0, form: formGiven === 0 && (await isServed(sql, conversation)) };
}
