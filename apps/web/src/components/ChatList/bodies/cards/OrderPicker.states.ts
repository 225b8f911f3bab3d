import { cny, paidOrder } from './examples.ts';
import type { Custom } from './offers.ts';

export const states: Record<string, { custom?: Custom }> = {
  orders: {
    custom: {
      orders: [
        paidOrder,
        { ...paidOrder, orderId: 'QH-10058', status: 'delivered', title: '青瓷品茗杯 × 2', total: cny('116.00') },
      ],
    },
  },
  none: {},
};
