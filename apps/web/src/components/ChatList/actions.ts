import { limits, type Instant, type UserId } from '@trialogue/protocol';

import { canEdit } from '../../views/groupConversation/fold.ts';
import type { Entry } from './rows.ts';

/** What can be done with a message. */
export type ActionName =
  | 'retry'
  | 'discard'
  | 'copy'
  | 'select'
  | 'quote'
  | 'edit'
  | 'forward'
  | 'choose'
  | 'recall'
  | 'report'
  | 'editAgain'
  | 'readers';

export interface Reader {
  me: UserId;
  now: Instant;
  /** There is another conversation to forward to. */
  canForward: boolean;
  /** One can say something at all. */
  canSay: boolean;
  isTouch: boolean;
}

/** What this reader can do with a message, in the order of a menu. */
export function actionsFor(entry: Entry, { me, now, canForward, canSay, isTouch }: Reader): ActionName[] {
  if (entry.recalled || entry.said.type === 'system') return [];
  const isOwn = entry.fromuid === me;
  const isStored = entry.seq !== undefined;
  const hasFailed = isOwn && entry.state === 'failed';
  const isText = entry.said.type === 'text';
  const isReadable = entry.said.type !== 'unopened' && entry.said.type !== 'unknown';
  const can: Record<ActionName, boolean> = {
    retry: hasFailed,
    quote: isStored && isReadable && canSay,
    copy: isText,
    select: isText && isTouch,
    edit: isOwn && isStored && canSay && canEdit(entry, now),
    forward: canForward && isForwardable(entry),
    choose: isChoosable(entry),
    recall: isOwn && isStored && now - entry.sentAt < limits.recallMs,
    report: !isOwn && isStored,
    discard: hasFailed,
    editAgain: false,
    readers: false,
  };
  return (Object.keys(can) as ActionName[]).filter((name) => can[name]);
}

const forwardable = new Set(['text', 'image', 'file', 'voice', 'video', 'product', 'order', 'logistics', 'coupon']);

export const isForwardable = ({ seq, said }: Entry): boolean => seq !== undefined && forwardable.has(said.type);

/** Whether it can be one of several that something is done with. What is on its way is too late for that, or too early. */
export const isChoosable = ({ recalled, said, state }: Entry): boolean =>
  !recalled && !unchoosable.has(said.type) && (state === 'sent' || state === 'failed');

const unchoosable = new Set(['system', 'formAnswer', 'unopened']);
