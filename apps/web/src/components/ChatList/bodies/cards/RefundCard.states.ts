import type { PayloadOf } from '@trialogue/protocol';

import { ago, cny } from './examples.ts';

const refund: PayloadOf<'refund'> = {
  type: 'refund',
  refundId: 'R-2041',
  orderId: 'QH-10058',
  amount: cny('58.00'),
  status: 'refunding',
  reason: '有一只杯口磕了一下',
  steps: [
    { text: '提交申请', at: ago(26) },
    { text: '商家同意退款', at: ago(20) },
    { text: '退款处理中', at: ago(1) },
    { text: '退款到账' },
  ],
};

export const states: Record<string, { card: PayloadOf<'refund'> }> = {
  'on its way': { card: refund },
  done: {
    card: { ...refund, status: 'refunded', steps: refund.steps?.map((step) => ({ at: ago(0), ...step })) ?? [] },
  },
  declined: { card: { type: 'refund', refundId: 'R-1', amount: cny('58.00'), status: 'rejected' } },
};
