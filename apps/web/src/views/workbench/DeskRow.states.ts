import { cy, listed, noon } from './examples.ts';
import type { Listed } from './listed.ts';

const usual = { me: cy.userId, isChosen: false, isStop: false, unread: 0, hasDraft: false, now: noon };

export const states: Record<string, typeof usual & { row: Listed }> = {
  quiet: { ...usual, row: listed('订单 20261123 · 龙井') },
  'somebody waits': {
    ...usual,
    unread: 2,
    row: listed('订单 20261123 · 龙井', { unread: 2, waiting: [['user', noon - 60_000]], assignee: cy.userId }),
  },
  'both wait, too long': {
    ...usual,
    unread: 120,
    row: listed('茶罐破损 · 售后', {
      waiting: [
        ['user', noon - 900_000],
        ['merchant', noon - 200_000],
      ],
    }),
  },
  'chosen, with a draft': { ...usual, isChosen: true, hasDraft: true, row: listed('退款 QH-10082') },
  pending: { ...usual, row: listed('企业礼盒 × 120', { status: 'pending', assignee: cy.userId }) },
  closed: { ...usual, row: listed('试饮装', { status: 'closed' }) },
  'from the queue': { ...usual, row: { ...listed('等待客服介入'), isQueued: true } },
  'a very long name': {
    ...usual,
    unread: 7,
    row: listed('订单 QH-20261123-000071 · 明前狮峰龙井礼盒 · West Lake Longjing, first flush · 售后与补发', {
      waiting: [['merchant', noon - 400_000]],
    }),
  },
  'right to left': { ...usual, row: listed('طلب رقم 71 · شاي') },
};
