import type { cards as simplified } from '../zh-CN/cards.ts';

export const cards: Readonly<Record<keyof typeof simplified, string>> = {
  orderId: '訂單號 {id}',
  total: '合計',
  moreItems: '還有 {n} 件商品',
  seeDetails: '檢視詳情',
};
