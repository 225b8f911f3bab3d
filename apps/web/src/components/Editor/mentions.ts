import type { Mention } from '@trialogue/protocol';

import type { Draft } from '../../utils/draft.ts';

/** One change of a text: `removed` characters at `at` gave way to `added`. Counted in UTF-16 units, as mentions are. */
export interface Change {
  at: number;
  removed: number;
  added: string;
}

/**
 * What was changed between two texts. The caret stands behind what was typed or deleted, and so tells which of several
 * equal letters it was.
 */
export function changeBetween(before: string, after: string, caret: number): Change {
  const tail = after.slice(caret);
  const end = before.endsWith(tail) ? tail.length : commonEnd(before, after);
  const most = Math.min(before.length, after.length) - end;
  let at = 0;
  while (at < most && before[at] === after[at]) at++;
  return { at, removed: before.length - end - at, added: after.slice(at, after.length - end) };
}

function commonEnd(one: string, other: string): number {
  let length = 0;
  while (length < Math.min(one.length, other.length) && one.at(-1 - length) === other.at(-1 - length)) length++;
  return length;
}

const endOf = ({ at, length }: Mention): number => at + length;

/** Puts one change into a draft. Names behind it move along; a name it touches is a name no more. */
export function change(draft: Draft, { at, removed, added }: Change): Draft {
  const mentions = draft.mentions.flatMap((one) => {
    if (endOf(one) <= at) return [one];
    return one.at >= at + removed ? [{ ...one, at: one.at + added.length - removed }] : [];
  });
  return { ...draft, text: draft.text.slice(0, at) + added + draft.text.slice(at + removed), mentions };
}

/**
 * What the writer has made of a draft, and where the caret belongs. A name goes as a whole: whoever deletes a letter
 * of it deletes it.
 */
export function retyped(draft: Draft, text: string, caret: number): { draft: Draft; caret: number } {
  const typed = changeBetween(draft.text, text, caret);
  const next = change(draft, typed);
  if (typed.added !== '') return { draft: next, caret };
  const torn = draft.mentions.filter((one) => endOf(one) > typed.at && one.at < typed.at + typed.removed);
  const from = Math.min(typed.at, ...torn.map(({ at }) => at));
  const to = Math.max(typed.at + typed.removed, ...torn.map(endOf)) - typed.removed;
  return { draft: change(next, { at: from, removed: to - from, added: '' }), caret: from };
}

/** Writes a name where `@` and its first letters stand, and a blank behind it. */
export function mentioned(
  draft: Draft,
  { from, to }: { from: number; to: number },
  { userId, name }: { userId?: Mention['userId']; name: string },
): { draft: Draft; caret: number } {
  const words = `@${name}`;
  const next = change(draft, { at: from, removed: to - from, added: `${words} ` });
  const mention: Mention = { ...(userId !== undefined && { userId }), at: from, length: words.length };
  const mentions = [...next.mentions, mention].sort((one, other) => one.at - other.at);
  return { draft: { ...next, mentions }, caret: from + words.length + 1 };
}
