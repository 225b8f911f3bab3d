import type { PayloadOf } from '@trialogue/protocol';

import type { Answer } from '../../rows.ts';
import { answered } from './examples.ts';

const card: PayloadOf<'quickReplies'> = {
  type: 'quickReplies',
  text: '还需要帮您做什么？',
  choices: ['修改地址', '开发票', '没有了，谢谢', 'Something else that takes quite some words to say'],
};

export const states: Record<
  string,
  { card: PayloadOf<'quickReplies'>; seq: number; isAsked: boolean; answers: readonly Answer[] }
> = {
  open: { card, seq: 7, isAsked: true, answers: [] },
  chosen: { card, seq: 7, isAsked: true, answers: [answered({ type: 'text', text: '开发票', chosenFrom: 7 })] },
  'for somebody else': { card, seq: 7, isAsked: false, answers: [] },
};
