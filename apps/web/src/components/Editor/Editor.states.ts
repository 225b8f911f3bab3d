import { id, type ClientMsgId, type DlgId, type Urole, type UserId } from '@trialogue/protocol';
import type { Member } from '@trialogue/protocol/api';

import { emptyDraft, type Draft } from '../../utils/draft.ts';
import type { Entry } from '../ChatList/rows.ts';

const [ada, bo] = [id<UserId>('ada'), id<UserId>('bo')];
const member = (userId: UserId, name: string, urole: Urole): Member => ({
  userId,
  name,
  urole,
  avatar: '',
  remark: '',
  online: true,
  readSeq: 0,
  deliveredSeq: 0,
});
const asked: Entry = {
  key: 'bo 5',
  seq: 5,
  clientMsgId: id<ClientMsgId>('5'),
  fromuid: bo,
  said: { type: 'quickReplies', text: '请问您要哪一种？', choices: ['250 克罐装', '500 克罐装', '礼盒装'] },
  sentAt: 0,
  recalled: false,
  state: 'sent',
};

interface Props {
  dlgId: DlgId;
  me: UserId;
  urole: Urole;
  members: readonly Member[];
  entries: readonly Entry[];
  draft: Draft;
  closed?: string;
}
const empty: Props = {
  dlgId: id<DlgId>('tea'),
  me: ada,
  urole: 'user',
  members: [member(ada, 'Ada 林小雨', 'user'), member(bo, 'Bo 青禾茶铺', 'merchant')],
  entries: [],
  draft: emptyDraft,
};
const quote = { seq: 4, fromuid: bo, type: 'text', text: '龙井有两种罐装。' };

export const states: Record<string, Props> = {
  empty,
  'several lines': { ...empty, draft: { ...emptyDraft, text: '一行\n两行\nthree lines' } },
  'right to left': { ...empty, draft: { ...emptyDraft, text: 'مرحبا، متى يصل الطرد؟' } },
  'an answer': { ...empty, draft: { ...emptyDraft, text: '要两罐', quote } },
  'quick replies': { ...empty, entries: [asked] },
  'near the limit': { ...empty, draft: { ...emptyDraft, text: '茶'.repeat(2650) } },
  'too long': { ...empty, draft: { ...emptyDraft, text: '茶'.repeat(2800) } },
  closed: { ...empty, closed: '你已不在此会话中，无法发送消息' },
};
