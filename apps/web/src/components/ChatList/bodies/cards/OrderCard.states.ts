import type { PayloadOf } from '@trialogue/protocol';

import { cny, paidOrder } from './examples.ts';

export const states: Record<string, { card: PayloadOf<'order'> }> = {
  paid: { card: paidOrder },
  unpaid: { card: { ...paidOrder, status: 'unpaid', url: 'https://shop.example/o1' } },
  delivered: { card: { ...paidOrder, status: 'delivered' } },
  cancelled: { card: { ...paidOrder, status: 'cancelled' } },
  'in the platform’s own words': { card: { ...paidOrder, status: '待发货 · To be shipped by our Hangzhou tea house' } },
  'many items': {
    card: {
      ...paidOrder,
      orderId: '20261123-0000-4711-8899-123456789',
      total: cny('1234567.89'),
      items: Array.from({ length: 8 }, (_, at) => ({ title: `品茗杯 ${at + 1}`, count: at + 1, price: cny('20.00') })),
    },
  },
  'without items': { card: { type: 'order', orderId: 'o1', title: 'A pot', status: 'shipped', total: cny('0.00') } },
};
