import { id, type DlgId, type UserId } from '@trialogue/protocol';
import type { Member } from '@trialogue/protocol/api';

const member = (userId: string, name: string, urole: Member['urole'], online: boolean): Member => ({
  userId: id<UserId>(userId),
  name,
  urole,
  online,
  avatar: '',
  remark: '',
  readSeq: 0,
  deliveredSeq: 0,
});
const ada = member('ada', 'Ada 林小雨', 'user', true);
const three = [ada, member('bo', 'Bo 青禾茶铺', 'merchant', true), member('cy', 'Cy 客服小陈', 'service', false)];
const many = (count: number) => [
  ...three,
  ...Array.from({ length: count - 3 }, (_, at) => member(`u${at}`, `群成员 ${at + 1}`, 'user', at % 3 === 0)),
];
const usual = { dlgId: id<DlgId>('tea'), me: ada.userId, hasFailed: false, canSignOut: true, canMention: true };

export const states: Record<
  string,
  { dlgId: DlgId; members: readonly Member[]; me: UserId; hasFailed: boolean; canSignOut: boolean; canMention: boolean }
> = {
  'three of them': { ...usual, members: three },
  'on their way': { ...usual, members: [] },
  failed: { ...usual, members: [], hasFailed: true },
  'a very long name': {
    ...usual,
    members: [ada, member('bo', '一家名字非常非常长、长到一行放不下的茶叶专营旗舰店官方客服', 'merchant', true)],
  },
  'a thousand': { ...usual, members: many(1000) },
};
