import { id, type UserId } from '@trialogue/protocol';

import { emptyDraft, type Draft } from '../../utils/draft.ts';
import type { People } from '../ChatList/people.ts';

const [ada, bo] = [id<UserId>('ada'), id<UserId>('bo')];
const people: People = new Map([[bo, { name: 'Bo 青禾茶铺', avatar: '', urole: 'merchant' }]]);
const quote = { seq: 4, fromuid: bo, type: 'text', text: '龙井有两种罐装，250 克的和 500 克的，都是今年的明前茶。' };

export const states: Record<string, { draft: Draft; me: UserId; people: People }> = {
  'an answer': { draft: { ...emptyDraft, quote }, me: ada, people },
  'an answer to a picture': { draft: { ...emptyDraft, quote: { ...quote, type: 'image', text: '' } }, me: ada, people },
  'an answer to oneself': { draft: { ...emptyDraft, quote }, me: bo, people },
  'other words': {
    draft: { ...emptyDraft, text: '要两罐', editing: { seq: 5, original: '要两灌', before: emptyDraft } },
    me: ada,
    people,
  },
};
