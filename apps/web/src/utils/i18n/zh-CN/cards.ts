export const cards = {
  orderId: '订单号 {id}',
  total: '合计',
  moreItems: '还有 {n} 件商品',
  seeDetails: '查看详情',
} as const;
