import type { Instant, Mention, Payload, Quote, Seq, UserId } from '@trialogue/protocol';

import { emptyDraft, type Draft } from '../../utils/draft.ts';
import { canEdit } from '../../views/groupConversation/fold.ts';
import { isAsked, type Reader } from '../ChatList/bodies/cards/reader.ts';
import type { Entry } from '../ChatList/rows.ts';

const QUOTED_LENGTH = 120;
/** Quick replies that so much was said after are no longer offered. */
const STALE_AFTER = 100;

/** What is sent: nothing when there are no words, or no other words than before. */
export function payloadOf(draft: Draft): Payload | undefined {
  const { editing, quote } = draft;
  const { text, mentions } = trimmed(draft);
  if (text === '') return undefined;
  const named = mentions.length > 0 && { mentions };
  if (!editing) return { type: 'text', text, ...named, ...(quote && { quote }) };
  return text === editing.original ? undefined : { type: 'edit', seq: editing.seq, text, ...named };
}

/** What is in the box once it has gone out. */
export const afterwards = ({ editing }: Draft): Draft => editing?.before ?? emptyDraft;

function trimmed({ text, mentions }: Draft): { text: string; mentions: Mention[] } {
  const words = text.trim();
  const cut = text.length - text.trimStart().length;
  return { text: words, mentions: mentions.map((one) => ({ ...one, at: one.at - cut })) };
}

/** What an answer says of the message that it answers. */
export function quoteOf({ seq, fromuid, said }: Pick<Entry, 'seq' | 'fromuid' | 'said'>): Quote | undefined {
  if (seq === undefined) return undefined;
  return { seq, fromuid, type: said.type, text: Array.from(wordsOf(said)).slice(0, QUOTED_LENGTH).join('') };
}

function wordsOf(said: Entry['said']): string {
  const words = said as { text?: string; title?: string; name?: string };
  return words.text ?? words.title ?? words.name ?? '';
}

/** Whether its author may say it in other words, now. */
export const isEditable = ({ fromuid, seq, said, recalled, sentAt }: Entry, me: UserId, now: Instant): boolean =>
  fromuid === me && seq !== undefined && !recalled && canEdit({ said, sentAt }, now);

/** The newest own message, if it can be said in other words. */
export function lastEditable(entries: readonly Entry[], me: UserId, now: Instant): Entry | undefined {
  const last = entries.findLast(({ fromuid, recalled }) => fromuid === me && !recalled);
  return last && isEditable(last, me, now) ? last : undefined;
}

/** Takes up an own message, to say it in other words. What was being written waits. */
export function takenUp(draft: Draft, { seq, said }: Entry): Draft {
  if (seq === undefined || said.type !== 'text') return draft;
  const before = draft.editing?.before ?? draft;
  return { text: said.text, mentions: said.mentions ?? [], editing: { seq, original: said.text, before } };
}

/** Puts back what was sent and recalled; behind what is being written meanwhile. */
export function restored(draft: Draft, back: Omit<Draft, 'editing'>): Draft {
  const before = draft.editing?.before ?? draft;
  if (before.text.trim() === '') return { ...back, quote: back.quote ?? before.quote };
  const start = before.text.length + 1;
  return {
    text: `${before.text}\n${back.text}`,
    mentions: [...before.mentions, ...back.mentions.map((one) => ({ ...one, at: one.at + start }))],
    quote: before.quote ?? back.quote,
  };
}

/** Quick replies of somebody else that nobody of us has answered yet. */
export interface Choices {
  seq: Seq;
  choices: readonly string[];
}

/** What can be said with one tap: the newest quick replies that ask this reader, until one of them was chosen. */
export function openChoices(entries: readonly Entry[], reader: Reader & { userId: UserId }): Choices | undefined {
  const recent = entries.slice(-STALE_AFTER);
  const asked = recent.findLast(({ said, recalled }) => said.type === 'quickReplies' && !recalled);
  if (asked?.said.type !== 'quickReplies' || asked.seq === undefined) return undefined;
  if (!isAsked(asked, reader.userId, reader)) return undefined;
  const { seq, said, answers = [] } = asked;
  const isAnswer = (one: Pick<Entry, 'fromuid' | 'said'>) =>
    one.fromuid === reader.userId && one.said.type === 'text' && one.said.chosenFrom === seq;
  if (answers.some(isAnswer) || recent.some(isAnswer)) return undefined;
  return { seq, choices: said.choices };
}
