import { id, type UserId } from '@trialogue/protocol';

import { entryOf } from '../../components/ChatList/bodies/media/examples.ts';
import type { Entry } from '../../components/ChatList/rows.ts';

const entries: readonly Entry[] = [
  entryOf({ type: 'text', text: '你好，请问什么时候发货？' }),
  entryOf({ type: 'text', text: '今天下午发货' }),
  { ...entryOf({ type: 'text', text: '好的，谢谢' }, true), seq: undefined, state: 'failed' },
];
const usual = { entries, me: id<UserId>('ada'), people: new Map(), canForward: true };
const chosen = (...places: number[]) => new Set(places.map((at) => entries[at]?.key ?? ''));

export const states: Record<string, typeof usual & { chosen: ReadonlySet<string> }> = {
  none: { ...usual, chosen: chosen() },
  two: { ...usual, chosen: chosen(0, 1) },
  'one that was not sent': { ...usual, chosen: chosen(2) },
  'nowhere to forward to': { ...usual, canForward: false, chosen: chosen(0) },
};
