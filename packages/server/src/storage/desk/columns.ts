import type { Instant, UserId } from '@trialogue/protocol';
import type { DeskState, DeskStatus } from '@trialogue/protocol/api';

/** Where a conversation stands for customer service, as its row has it. */
export interface DeskColumns {
  status: DeskStatus;
  assignee: UserId | null;
  calledAt: Instant | null;
  /** Since when the shoppers, and the merchants, wait for an answer of customer service. */
  waitingUser: Instant | null;
  waitingMerchant: Instant | null;
  /** 1 once the session has been greeted, and once it has been given the form to leave a message. */
  greeted: number;
  formGiven: number;
}

/** Of conversation `c`. */
export const DESK = `c.desk_status AS status, c.assignee, c.called_at AS "calledAt",
  c.waiting_user AS "waitingUser", c.waiting_merchant AS "waitingMerchant", c.greeted,
  c.form_given AS "formGiven"`;

export function toDesk({ status, assignee, calledAt, waitingUser, waitingMerchant }: DeskColumns): DeskState {
  const waiting: DeskState['waiting'] = [];
  if (waitingUser !== null) waiting.push({ urole: 'user', since: waitingUser });
  if (waitingMerchant !== null) waiting.push({ urole: 'merchant', since: waitingMerchant });
  return { status, assignee, calledAt, waiting: waiting.sort((a, b) => a.since - b.since) };
}
