import { id, type DlgId, type UserId } from '@trialogue/protocol';

import type { Profile } from '../chat/ports.ts';
import { ada, bo, cy, dee, person } from './cast.ts';
import { MINUTE, line, text, type Deed, type Line, type Story } from './script.ts';

const fei = person('fei', 'Fei 周斐', 'user', 'Shopper · 顾客');
const gu = person('gu', '老顾 Gu', 'user', 'Shopper · 顾客');
const han = person('han', 'Han Müller', 'user', 'Shopper · 顾客');
const lan = person('lan', 'Lan 蓝山茶器', 'merchant', 'Merchant · 商家');

/** People whom nobody signs in as: they are there for the desk to look after. */
export const customers: readonly Profile[] = [fei, gu, han, lan];

const does = (by: Profile, minutes: number, deed: Deed): Line => ({ by, afterMs: minutes * MINUTE, does: deed });

const refund: Story = {
  dlgId: id<DlgId>('refund'),
  name: '退款 · Refund QH-10082',
  members: [fei, bo, cy, dee],
  custom: { orderId: 'QH-10082', amount: '¥158.00', status: '退款中 · Refunding' },
  endedMs: 7 * MINUTE,
  lines: [
    line(fei, 0, text('茶叶有一包受潮了，我想退这一包，可以吗？')),
    line(cy, 3, text('可以的，请问方便拍一下包装背面的批号吗？')),
    does(cy, 0, { assignee: cy.userId, note: '批号若是 0312，整批都有问题，直接退，不用再问。' }),
    line(fei, 6, text('批号 0312。')),
    line(cy, 2, {
      type: 'refund',
      refundId: 'TK-2207',
      orderId: 'QH-10082',
      amount: { amount: '79.00', currency: 'CNY' },
      status: '退款中 · Refunding',
      ref: 'refund:TK-2207',
    }),
    line(fei, 18, text('大概几天能到账？')),
    line(fei, 1, text('是退回原来的卡吗？')),
  ],
};

const queued: Story = {
  dlgId: id<DlgId>('parcel'),
  name: 'Parcel to Berlin · 国际件',
  members: [han, lan],
  endedMs: 12 * MINUTE,
  lines: [
    line(han, 0, text('My gaiwan has been in customs for nine days now. Can anybody see why?')),
    line(lan, 25, text('很抱歉，我们这边只能看到“清关中”。')),
    line(han, 4, text('Then please let me talk to customer service.')),
    does(han, 1, 'calls'),
  ],
};

const pending: Story = {
  dlgId: id<DlgId>('invoice'),
  name: '开发票 · Invoice',
  members: [gu, cy, dee],
  endedMs: 95 * MINUTE,
  lines: [
    line(gu, 0, text('我要开公司抬头的发票，税号发在下面：91330106MA2B0XYZ1K')),
    does(cy, 2, { assignee: cy.userId }),
    line(cy, 1, text('收到，已转财务，今天下班前发到您的邮箱。')),
    does(cy, 1, { status: 'pending', note: '等财务回复，单号 FP-331。' }),
  ],
};

const handedOver: Story = {
  dlgId: id<DlgId>('gift'),
  name: '企业礼盒 · Gift boxes × 120',
  members: [fei, lan, cy, dee],
  endedMs: 33 * MINUTE,
  lines: [
    line(fei, 0, text('公司年会要 120 份礼盒，可以印 logo 吗？')),
    line(lan, 8, text('可以，500 份以内加印每份 3 元。')),
    does(cy, 2, { assignee: cy.userId }),
    line(cy, 1, text('我请负责企业订单的同事来跟您确认。')),
    does(cy, 1, { assignee: dee.userId, note: '企业客户，去年也订过；可以给 95 折。' }),
    line(lan, 30, text('@客服 打样图已经好了，麻烦确认后我们排产。')),
  ],
};

const unassigned: Story = {
  dlgId: id<DlgId>('teapot'),
  name: 'Which teapot? · 选壶',
  members: [han, cy, dee],
  endedMs: 2 * MINUTE,
  lines: [line(han, 0, text('Hello! Which pot would you take for Pu-erh, the 180 ml or the 240 ml one?'))],
};

const closed: Story = {
  dlgId: id<DlgId>('address'),
  name: '改地址 · New address',
  members: [gu, bo, cy],
  endedMs: 3 * 24 * 60 * MINUTE,
  lines: [
    line(gu, 0, text('麻烦把收货地址改到公司，我在家没人收。')),
    does(cy, 1, { assignee: cy.userId }),
    line(cy, 2, text('改好了：杭州市西湖区龙井路 1 号前台。')),
    line(gu, 3, text('谢谢，效率真高。')),
    does(cy, 5, { status: 'closed' }),
    // Behind what it is about: the taking, the closing, the question.
    line(gu, 12, { type: 'rating', stars: 5, text: '很快', seq: 6 }),
  ],
};

/** Conversations in every state that a desk knows. */
export const deskStories: readonly Story[] = [closed, pending, handedOver, queued, refund, unassigned];

/** What the platform knows of the people in them. */
export const customs: readonly (readonly [UserId, Record<string, unknown>])[] = [
  [ada.userId, { level: '金卡 · Gold', orders: 12, phone: '138 0013 8000', tags: ['爱喝绿茶', '常送礼'] }],
  [fei.userId, { level: '银卡 · Silver', orders: 5, phone: '139 0571 2207', tags: ['企业客户'] }],
  [gu.userId, { level: '普通 · Regular', orders: 2, address: { city: '杭州', street: '龙井路 1 号' } }],
  [han.userId, { level: 'Regular', orders: 1, country: 'Germany', tags: ['international'] }],
  [lan.userId, { shop: '蓝山茶器', opensAt: '09:00–18:00' }],
];

export interface CannedReply {
  replyId: string;
  title: string;
  text: string;
}

export const appReplies: readonly CannedReply[] = [
  { replyId: 'hello', title: '问候 · Hello', text: '您好，{name}！我是客服 {agent}，请问有什么可以帮您？' },
  { replyId: 'moment', title: '请稍等 · One moment', text: '{name}，请稍等，我马上为您核实。' },
  { replyId: 'photo', title: '请拍照 · Photo, please', text: '麻烦您拍一张清晰的照片发给我们，不用寄回。' },
  {
    replyId: 'shipped',
    title: '已发货 · Shipped',
    text: 'Your parcel is on its way, {name}. It should arrive within three days.',
  },
  { replyId: 'thanks', title: '结束语 · Goodbye', text: '感谢您的耐心，祝您喝得开心！Have a good day, {name}.' },
];

/** Cy's own. */
export const ownReplies: readonly CannedReply[] = [
  { replyId: 'finance', title: '转财务', text: '已转财务处理，{name}，今天下班前给您答复。' },
  { replyId: 'batch', title: '批号', text: '请问方便拍一下包装背面的批号吗？' },
];
