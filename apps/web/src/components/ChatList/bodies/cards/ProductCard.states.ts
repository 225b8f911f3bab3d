import type { PayloadOf } from '@trialogue/protocol';

import { cny, teapot } from './examples.ts';

export const states: Record<string, { card: PayloadOf<'product'> }> = {
  plain: { card: teapot },
  'with all it can say': {
    card: { ...teapot, wasPrice: cny('328.00'), spec: '朱泥 · 240 ml', stock: 3, url: 'https://shop.example/p1' },
  },
  'sold out': { card: { ...teapot, stock: 0 } },
  'a long name and a high price': {
    card: {
      ...teapot,
      title: '手工制作全套十二件紫砂功夫茶具（含茶盘、公道杯、品茗杯、茶漏）家用办公礼品 Limited anniversary edition',
      price: cny('1234567.89'),
      wasPrice: cny('9876543.21'),
      stock: 9999,
    },
  },
  'another currency': { card: { ...teapot, price: { amount: '1234.500', currency: 'KWD' } } },
};
