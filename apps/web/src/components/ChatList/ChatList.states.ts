import { SYSTEM, id, type ClientMsgId, type DlgId, type Quote, type Seq, type UserId } from '@trialogue/protocol';

import type { Said } from '../../views/groupConversation/timeline.ts';
import type { Person } from './people.ts';
import type { Entry } from './rows.ts';

const ada = id<UserId>('ada');
const bo = id<UserId>('bo');
const cy = id<UserId>('cy');
const people = new Map<UserId, Person>([
  [ada, { name: '林小雨', avatar: '', urole: 'user' }],
  [bo, { name: '青禾茶铺', avatar: '', urole: 'merchant' }],
  [cy, { name: '客服小陈', avatar: '', urole: 'service' }],
]);
const MINUTE_MS = 60_000;
const start = Date.now() - 60 * MINUTE_MS;

const entry = (seq: Seq, fromuid: UserId, said: Said | string, more: Partial<Entry> = {}): Entry => ({
  key: `${fromuid} ${seq}`,
  seq,
  clientMsgId: id<ClientMsgId>(`m${seq}`),
  fromuid,
  said: typeof said === 'string' ? { type: 'text', text: said } : said,
  sentAt: start + seq * MINUTE_MS,
  recalled: false,
  state: 'sent',
  ...more,
});
const question = '你好，请问订单里的龙井什么时候发货？';
const quote: Quote = { seq: 1, fromuid: ada, type: 'text', text: question };
const talk = [
  entry(1, ada, question),
  entry(2, bo, { type: 'text', text: '今天下午发货', quote }),
  entry(3, bo, '明前茶，请冷藏', { isEdited: true }),
  entry(4, SYSTEM, { type: 'system', event: 'joined', userId: cy }),
  entry(5, cy, { type: 'text', text: '@林小雨 还有什么可以帮您？', mentions: [{ userId: ada, at: 0, length: 4 }] }),
  entry(6, bo, '', { recalled: true, said: { type: 'system', event: 'recalled' } }),
];
const rest = Array.from({ length: 12 }, (_, at) => entry(8 + at, bo, `第 ${at + 1} 条`));
const own = (state: Entry['state'], error?: string) =>
  entry(7, ada, '好的，谢谢', { seq: undefined, state, ...(error !== undefined && { error }) });

const props = {
  dlgId: id<DlgId>('tea'),
  me: ada,
  people,
  older: 'none' as const,
  others: 2,
  readersOf: () => 1,
  deliveredTo: () => 2,
  canEditAgain: () => false,
  at: (seq: Seq) => talk.find((one) => one.seq === seq),
};

const greeting: Said = {
  type: 'quickReplies',
  text: '您好，欢迎光临青禾茶铺！有什么可以帮您？',
  choices: ['查物流', '退换货', '开发票'],
};
const away: Said = {
  type: 'form',
  title: '给我们留言',
  text: '客服 09:00–18:00 在线，留下电话，我们会尽快回复您。',
  fields: [{ name: 'phone', label: '联系电话', kind: 'phone', isNeeded: true }],
};
const bySystem = (seq: Seq, said: Said) => entry(seq, SYSTEM, said);
const keys = (...seqs: Seq[]) =>
  new Set(talk.filter(({ seq }) => seq !== undefined && seqs.includes(seq)).map(({ key }) => key));

interface Shown {
  entries: readonly Entry[];
  unreadFrom?: Seq;
  unreadCount?: number;
  isCut?: boolean;
  chosen?: ReadonlySet<string>;
  mentions?: readonly Seq[];
}

export const states: Record<string, typeof props & Shown> = {
  talk: { ...props, entries: talk },
  empty: { ...props, entries: [] },
  'with something new': { ...props, entries: talk, unreadFrom: 5 },
  'on its way': { ...props, entries: [...talk, own('queued')] },
  'not sent': { ...props, entries: [...talk, own('failed', 'message.too_large')] },
  greeted: { ...props, entries: [bySystem(1, greeting)] },
  'out of hours': { ...props, entries: [bySystem(1, greeting), bySystem(2, away)] },
  'looked after': {
    ...props,
    me: cy,
    entries: [
      entry(1, ada, question),
      bySystem(2, { type: 'system', event: 'serviceCalled', userId: ada }),
      bySystem(3, { type: 'system', event: 'taken', userId: cy }),
      entry(4, cy, '您好，我来查一下'),
      bySystem(5, { type: 'system', event: 'handedOver', userId: cy }),
      bySystem(6, { type: 'system', event: 'closed', userId: cy }),
    ],
  },
  'several being chosen': { ...props, entries: talk, chosen: keys(1, 3) },
  'named further up': { ...props, entries: [...talk, ...rest], mentions: [5] },
  'older ones gone': { ...props, entries: talk, isCut: true },
};
