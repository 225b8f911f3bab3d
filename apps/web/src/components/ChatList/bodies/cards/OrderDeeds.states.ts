import type { OrderDeed } from './orderActions.ts';

const deed = (id: string, label: string): OrderDeed => ({ id, label, url: `https://shop.example/${id}` });
const two = [deed('refund', '退款'), deed('address', '改地址')];

export const states: Record<string, { deeds: readonly OrderDeed[] }> = {
  one: { deeds: two.slice(0, 1) },
  two: { deeds: two },
  'many, with long names': {
    deeds: [...two, deed('split', 'Send the rest of the order separately'), deed('invoice', 'Invoice')],
  },
};
