import type { DlgId } from '@trialogue/protocol';

import { cy, listed, noon } from './examples.ts';
import type { Filter, Listed } from './listed.ts';

const rows = [
  listed('订单 71 · 龙井', { waiting: [['user', noon - 400_000]], unread: 2 }),
  listed('订单 72 · 紫砂壶', { waiting: [['merchant', noon - 150_000]] }),
  listed('订单 73 · 白茶', { status: 'pending', assignee: cy.userId }),
];
const usual = {
  rows,
  state: 'ready' as const,
  isStale: false,
  counts: { all: 3, mine: 1, waiting: 2, queue: 1, open: 2, pending: 1, closed: 0 },
  me: cy.userId,
  chosen: rows[1]?.dlgId,
  unread: new Map<DlgId, number>(),
  hasDraft: () => false,
  filter: 'all' as const,
  keyword: '',
};

interface Props {
  rows: readonly Listed[];
  state: 'loading' | 'ready' | 'failed';
  isStale: boolean;
  counts: Partial<Record<Filter, number>>;
  filter: Filter;
  keyword: string;
}
export const states: Record<string, Omit<typeof usual, keyof Props> & Props> = {
  'three of them': usual,
  loading: { ...usual, rows: [], state: 'loading', counts: {} },
  failed: { ...usual, rows: [], state: 'failed', counts: {} },
  'may be out of date': { ...usual, isStale: true },
  'nobody waits': { ...usual, rows: [], filter: 'waiting' },
  'no match': { ...usual, rows: [], keyword: '普洱' },
  'a thousand': {
    ...usual,
    rows: Array.from({ length: 1_000 }, (_, n) => listed(`订单 ${n}`, { updatedAt: noon - n })),
  },
};
