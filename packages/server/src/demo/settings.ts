import type { Settings } from '@trialogue/protocol/api';

const day = [{ from: '08:00', to: '24:00' }];
const toShip = '待发货 · To be shipped';

/** What the demo's shop has settled: a newcomer is greeted, meets opening hours, and finds something to do about an order. */
export const settingsOfShop = (timeZone: string): Settings => ({
  greeting: {
    text: '您好，欢迎光临青禾茶铺！有什么可以帮您？\nWelcome to Qinghe Tea! What can we do for you?',
    choices: ['查物流 · Where is my parcel?', '退换货 · Returns', '开发票 · Invoice'],
  },
  hours: { timeZone, week: { mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day } },
  leaveMessage: {
    title: '给我们留言 · Leave a message',
    text: '客服在 08:00–24:00 在线，留下电话，我们会尽快回复您。',
    fields: [
      { name: 'phone', label: '联系电话 · Phone', kind: 'phone', isNeeded: true },
      { name: 'words', label: '问题 · Question', kind: 'lines' },
    ],
  },
  orderActions: [
    { id: 'refund', label: '退款 · Refund', url: 'https://shop.example/orders/{orderId}/refund' },
    {
      id: 'address',
      label: '改地址 · Address',
      url: 'https://shop.example/orders/{orderId}/address',
      statuses: [toShip],
    },
  ],
});
