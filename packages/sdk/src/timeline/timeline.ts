import type { Seq } from '@trialogue/protocol';

import { only } from '../only.ts';

/** Early messages that are kept while one before them is missing; a page brings back what was let go. */
const MOST_EARLY = 500;

/** What of a conversation has gone to the application, and what is known to be missing. */
export interface Timeline<M extends { seq: Seq }> {
  /** Everything up to here has been given out. */
  seen: Seq;
  /** The highest place that anybody has spoken of. */
  head: Seq;
  /** Came before their turn. */
  early: ReadonlyMap<Seq, M>;
}

/** Follows a conversation from `head` on: what is before it is history. */
export const followFrom = <M extends { seq: Seq }>(head: Seq): Timeline<M> => ({
  seen: head,
  head,
  early: new Map(),
});

/** Takes in one message, whenever and however often it comes, and gives out those whose turn it is, in order. */
export function take<M extends { seq: Seq }>(timeline: Timeline<M>, message: M): [Timeline<M>, M[]] {
  const { seen } = timeline;
  if (message.seq <= seen) return [timeline, []];
  const head = Math.max(timeline.head, message.seq);
  const early = new Map(timeline.early).set(message.seq, message);
  const ready: M[] = [];
  for (let due = seen + 1, next = early.get(due); next; next = early.get(++due)) {
    ready.push(next);
    early.delete(due);
  }
  if (early.size > MOST_EARLY) early.delete(Math.max(...early.keys()));
  return [{ seen: seen + ready.length, head, early }, ready];
}

/** Goes on after `seq`, over what is missing until there; gives out what came early and is due then. */
export function skipTo<M extends { seq: Seq }>(timeline: Timeline<M>, seq: Seq): [Timeline<M>, M[]] {
  if (seq <= timeline.seen) return [timeline, []];
  const early = only(timeline.early, (_, at) => at > seq);
  const after = { seen: seq, head: Math.max(timeline.head, seq), early };
  const next = early.get(seq + 1);
  return next ? take(after, next) : [after, []];
}

/** Somebody said that the conversation goes up to `head`. */
export const heardOf = <M extends { seq: Seq }>(timeline: Timeline<M>, head: Seq): Timeline<M> =>
  head > timeline.head ? { ...timeline, head } : timeline;

/** A page that should have brought what is missing did not: the word about the head was wrong, the page's is taken. */
export const corrected = <M extends { seq: Seq }>(timeline: Timeline<M>, head: Seq): Timeline<M> => ({
  ...timeline,
  head: Math.max(head, timeline.seen, ...timeline.early.keys()),
});

/** Whether there are messages that have not been given out. */
export const lacks = ({ seen, head }: Timeline<{ seq: Seq }>): boolean => seen < head;
