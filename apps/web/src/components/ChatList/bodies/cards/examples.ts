import type { UserId } from '@trialogue/protocol';
import type { PayloadOf } from '@trialogue/protocol';

import type { Answer } from '../../rows.ts';

/** What the gallery shows. Times are so long before or after the moment it is opened. */
export const HOUR_MS = 3_600_000;
export const ago = (hours: number): number => Date.now() - hours * HOUR_MS;
export const cny = (amount: string) => ({ amount, currency: 'CNY' });

export const shopper = 'ada' as UserId;
export const answered = (said: Answer['said'], agoMs = HOUR_MS): Answer => ({
  seq: 8,
  fromuid: shopper,
  said,
  sentAt: Date.now() - agoMs,
});

export const teapot: PayloadOf<'product'> = {
  type: 'product',
  productId: 'p1',
  title: '宜兴紫砂壶 · Yixing teapot',
  price: cny('268.00'),
};
export const paidOrder: PayloadOf<'order'> = {
  type: 'order',
  orderId: 'QH-10071',
  title: '明前狮峰龙井礼盒 × 2',
  status: 'paid',
  total: cny('536.00'),
  items: [
    { title: '明前狮峰龙井 100 g', count: 2, spec: '礼盒装', price: cny('258.00') },
    { title: '手写贺卡', count: 1, price: cny('20.00') },
  ],
  placedAt: ago(30),
};
