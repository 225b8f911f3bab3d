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

export const states: Record<string, typeof props & { entries: readonly Entry[]; unreadFrom?: Seq; isCut?: boolean }> = {
  talk: { ...props, entries: talk },
  empty: { ...props, entries: [] },
  'with something new': { ...props, entries: talk, unreadFrom: 5 },
  'on its way': { ...props, entries: [...talk, own('queued')] },
  'not sent': { ...props, entries: [...talk, own('failed', 'message.too_large')] },
  'older ones gone': { ...props, entries: talk, isCut: true },
};
