import type { PayloadOf } from '@trialogue/protocol';

import { ago } from './examples.ts';

const parcel: PayloadOf<'logistics'> = {
  type: 'logistics',
  trackingNumber: 'SF1400123456789',
  carrier: '顺丰速运',
  status: 'in_transit',
  expectedAt: ago(-30),
  steps: [
    { text: '快件已到达【杭州中转场】', at: ago(2) },
    { text: '快件已从【南京集散中心】发出，正送往下一站', at: ago(9) },
    { text: '已揽收', at: ago(20) },
  ],
};

export const states: Record<string, { card: PayloadOf<'logistics'> }> = {
  'on its way': { card: parcel },
  'a long way': {
    card: { ...parcel, steps: Array.from({ length: 12 }, (_, at) => ({ text: `第 ${12 - at} 站`, at: ago(at * 5) })) },
  },
  delivered: { card: { ...parcel, status: 'delivered', url: 'https://shop.example/track' } },
  'with nothing known yet': {
    card: { type: 'logistics', trackingNumber: '1', carrier: 'DHL Paket International', status: 'picked_up' },
  },
};
