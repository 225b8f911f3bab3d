import { ada, cy, listed } from './examples.ts';
import type { Listed } from './listed.ts';
import type { Customer } from './useCustomer.ts';

const customer: Customer = {
  custom: { orderId: 'QH-20261123-71' },
  members: [
    {
      ...ada,
      remark: '偏好顺丰',
      online: true,
      custom: {
        level: '金卡会员',
        tags: ['老客', '爱喝绿茶'],
        profile: 'https://shop.test/u/ada',
        orders: [{ orderId: 'QH-20261123-71', title: '龙井礼盒 × 2', status: '已发货', total: '¥536.00' }],
      },
    },
  ],
};
const usual = {
  row: listed('订单 71'),
  me: cy.userId,
  state: 'ready' as 'loading' | 'ready' | 'failed',
  customer: customer as Customer | undefined,
  others: [] as readonly Listed[],
};

export const states: Record<string, Omit<typeof usual, 'row'> & { row: Listed }> = {
  'with orders and tags': { ...usual, others: [listed('订单 58'), listed('退款 QH-10082')] },
  'nothing known': { ...usual, customer: { members: [] } },
  loading: { ...usual, state: 'loading', customer: undefined },
  failed: { ...usual, state: 'failed', customer: undefined },
  'from the queue': { ...usual, row: { ...listed('订单 71'), isQueued: true }, customer: undefined },
};
