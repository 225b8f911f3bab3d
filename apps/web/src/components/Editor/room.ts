import { limits } from '@trialogue/protocol';

import type { Draft } from '../../utils/draft.ts';

const encoder = new TextEncoder();

/** How many more characters of the kind in use fit into one message; below zero when it is too long. */
export function roomFor({ text, mentions, quote }: Draft): number {
  const named = mentions.length > 0 ? mentions : undefined;
  const bytesOf = (words: string): number =>
    encoder.encode(JSON.stringify({ type: 'text', text: words, mentions: named, quote })).length;
  const empty = bytesOf('');
  const used = bytesOf(text) - empty;
  const perCharacter = text === '' ? 3 : used / text.length;
  return Math.floor((limits.payloadBytes - empty - used) / perCharacter);
}

/** From here on the writer is told. */
export const isNearLimit = (draft: Draft): boolean => draft.text.length > 500 && roomFor(draft) < 300;
