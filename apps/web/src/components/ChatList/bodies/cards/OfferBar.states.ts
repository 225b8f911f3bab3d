import type { Offer } from '@trialogue/protocol/host';

import { paidOrder, teapot } from './examples.ts';

export const states: Record<string, { card: Offer }> = {
  product: { card: teapot },
  order: { card: { ...paidOrder, title: paidOrder.title.repeat(4) } },
};
