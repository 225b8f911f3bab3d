import type { PayloadOf } from '@trialogue/protocol';

import { ago, cny } from './examples.ts';

const coupon: PayloadOf<'coupon'> = {
  type: 'coupon',
  couponId: 'c1',
  title: '春茶节 · 全店通用',
  off: cny('20.00'),
  least: cny('100.00'),
};

export const states: Record<string, { card: PayloadOf<'coupon'> }> = {
  plain: { card: coupon },
  'with a code, for long': {
    card: { ...coupon, code: 'SPRING-TEA-20', expiresAt: ago(-240), url: 'https://shop.example' },
  },
  'over in two days': { card: { ...coupon, status: 'available', expiresAt: ago(-50) } },
  'over in minutes': { card: { ...coupon, code: 'TEA20', expiresAt: ago(-0.2) } },
  expired: { card: { ...coupon, code: 'TEA20', expiresAt: ago(2) } },
  used: { card: { ...coupon, code: 'TEA20', status: 'used' } },
  'a part of the price': { card: { type: 'coupon', couponId: 'c2', title: 'New customers', percentOff: 15 } },
};
