import type { DlgId, Instant, UserId } from '@trialogue/protocol';

import { only } from '../only.ts';

/** Said again this often while it lasts. */
export const AGAIN_MS = 3_000;
/** Without news a member types no more. */
const FORGOTTEN_MS = 6_000;

export interface Writer {
  dlgId: DlgId;
  userId: UserId;
}

/** Who types, and until when that holds. */
export type Typing = ReadonlyMap<string, Writer & { until: Instant }>;

/** Takes in one word of the server. The second is what the application is to hear, if it is news. */
export function takeTyping(
  typing: Typing,
  { isTyping, ...who }: Writer & { isTyping: boolean },
  now: Instant,
): [Typing, boolean] {
  const key = `${who.dlgId} ${who.userId}`;
  const after = new Map(typing);
  if (isTyping) after.set(key, { ...who, until: now + FORGOTTEN_MS });
  else after.delete(key);
  return [after, typing.has(key) !== isTyping];
}

/** Takes out those who have said nothing for too long. */
export const forgotten = (typing: Typing, now: Instant): [Typing, Writer[]] => [
  only(typing, ({ until }) => until > now),
  [...typing.values()].filter(({ until }) => until <= now),
];

export const typingDueAt = (typing: Typing): Instant => Math.min(...[...typing.values()].map(({ until }) => until));
