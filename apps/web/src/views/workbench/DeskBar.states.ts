import { id, type UserId } from '@trialogue/protocol';

import type { Agent } from './agents.ts';
import { cy, listed } from './examples.ts';
import type { Listed } from './listed.ts';

const dee: Agent = { userId: id<UserId>('dee'), name: 'Dee 客服小狄', avatar: '', isOnline: true };
const usual = {
  row: listed('订单 71'),
  me: cy.userId,
  others: [] as readonly Agent[],
  isShowingNotes: false,
  isShowingCustomer: true,
  isBusy: false,
};

export const states: Record<string, Omit<typeof usual, 'row'> & { row: Listed }> = {
  open: usual,
  mine: { ...usual, row: listed('订单 71', { assignee: cy.userId }), isShowingCustomer: false },
  'somebody else is here': { ...usual, others: [dee] },
  notes: { ...usual, isShowingNotes: true },
  pending: { ...usual, row: listed('订单 71', { status: 'pending' }) },
  closed: { ...usual, row: listed('订单 71', { status: 'closed' }) },
  'from the queue': { ...usual, row: { ...listed('订单 71'), isQueued: true } },
};
