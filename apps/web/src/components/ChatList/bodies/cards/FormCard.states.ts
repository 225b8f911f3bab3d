import type { PayloadOf, UserId } from '@trialogue/protocol';

import type { Answer } from '../../rows.ts';
import { answered, shopper } from './examples.ts';

const card: PayloadOf<'form'> = {
  type: 'form',
  title: '退货申请 · Return',
  text: '我们会在一个工作日内联系您。',
  fields: [
    { name: 'phone', label: '联系电话', kind: 'phone', isNeeded: true, hint: '138 0000 0000' },
    { name: 'why', label: '退货原因', kind: 'choice', options: ['破损', '与描述不符', '不想要了'], isNeeded: true },
    { name: 'day', label: '上门取件日期', kind: 'date' },
    { name: 'words', label: '补充说明', kind: 'lines' },
  ],
};
const answer = answered({
  type: 'formAnswer',
  seq: 7,
  values: [
    { name: 'phone', value: '13800000000' },
    { name: 'why', value: '破损' },
    { name: 'words', value: '壶盖有一道裂纹。\nThe lid is cracked.' },
  ],
});

export const states: Record<
  string,
  {
    card: PayloadOf<'form'>;
    seq: number;
    me: UserId;
    isAsked: boolean;
    answers: readonly Answer[];
    draftKey: string;
  }
> = {
  open: { card, seq: 7, me: shopper, isAsked: true, answers: [], draftKey: 'gallery open' },
  'filled in': { card, seq: 7, me: shopper, isAsked: true, answers: [answer], draftKey: 'gallery filled in' },
  'waited for': { card, seq: 7, me: shopper, isAsked: false, answers: [], draftKey: 'gallery waited for' },
};
