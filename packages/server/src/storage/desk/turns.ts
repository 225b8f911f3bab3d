import type { Instant, Urole } from '@trialogue/protocol';

import type { Sql } from '../sql.ts';
import type { DeskColumns } from './columns.ts';

/**
 * What somebody's message means to the desk. Pure: undefined when it changes nothing, as most messages do, so that
 * nothing is counted and nothing is written.
 *
 *   a shopper or a merchant speaks ──► open; waits since then, unless they wait already; if it was closed, another
 *                                      session begins
 *   customer service speaks ─────────► nobody waits, a call is answered
 */
export function turned(desk: DeskColumns, urole: Urole, at: Instant): Partial<DeskColumns> | undefined {
  if (urole === 'service') {
    const isWaitedFor = desk.waitingUser !== null || desk.waitingMerchant !== null || desk.calledAt !== null;
    return isWaitedFor ? { waitingUser: null, waitingMerchant: null, calledAt: null } : undefined;
  }
  if (urole === 'bot') return undefined;
  const since = urole === 'user' ? 'waitingUser' : 'waitingMerchant';
  if (desk.status === 'open' && desk[since] !== null) return undefined;
  const isAnother = desk.status === 'closed';
  return { status: 'open', [since]: desk[since] ?? at, ...(isAnother && { greeted: 0, formGiven: 0 }) };
}

export async function putDesk(
  sql: Sql,
  conversation: number,
  { status, assignee, calledAt, waitingUser, waitingMerchant, greeted, formGiven }: DeskColumns,
): Promise<void> {
  await sql.query(
    `UPDATE conversations SET desk_status = $2, assignee = $3, called_at = $4, waiting_user = $5, waiting_merchant = $6,
       greeted = $7, form_given = $8
     WHERE id = $1`,
    conversation,
    status,
    assignee,
    calledAt,
    waitingUser,
    waitingMerchant,
    greeted,
    formGiven,
  );
}
