/** Something that is being looked up while it is written: from its sign to the caret. */
export interface Trigger {
  kind: 'mention' | 'reply';
  from: number;
  to: number;
  query: string;
}

// Chinese is written without blanks, so a sign of it ends a word too. `ada@shop.test` is no name.
const mention = /(?:^|[\s\p{Script=Han}\p{P}])@([^\s@]{0,32})$/u;
/** A whole text that begins with a slash, as `/refund`. */
const reply = /^\/(\S{0,32})$/u;

/** What is being looked up at the caret, if anything. */
export function triggerAt(text: string, caret: number, { hasReplies }: { hasReplies: boolean }): Trigger | undefined {
  const before = text.slice(0, caret);
  const name = mention.exec(before)?.[1];
  if (name !== undefined) return { kind: 'mention', from: caret - name.length - 1, to: caret, query: name };
  const words = hasReplies ? reply.exec(before)?.[1] : undefined;
  if (words !== undefined) return { kind: 'reply', from: 0, to: caret, query: words };
  return undefined;
}
