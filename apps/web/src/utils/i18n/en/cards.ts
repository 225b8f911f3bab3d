import type { cards as simplified } from '../zh-CN/cards.ts';

export const cards: Readonly<Record<keyof typeof simplified, string>> = {
  orderId: 'Order {id}',
  total: 'Total',
  moreItems: '{n} more {n|item|items}',
  seeDetails: 'See details',
};
