import type { DlgId, Instant, KeyEpoch, Message, Seq } from '@trialogue/protocol';

import { NEVER } from '../connection/clock.ts';
import { asking, catchUpDueAt, rested, type CatchUp } from '../timeline/catchUp.ts';
import { noMarks, untold, type Marks } from '../timeline/marks.ts';
import { followFrom, heardOf, skipTo, take, type Timeline } from '../timeline/timeline.ts';
import { epochOf, newestEpoch } from './received.ts';

/**
 * The conversation whose messages the application gets.
 *
 *   closed ── ask ──► opening ── opened ──► open        closed again when the connection is lost, when the log turns
 *                        └── refused ──► over               out to be another one, and when word comes of a removal
 */
export interface Conversation {
  readonly dlgId: DlgId;
  readonly phase: 'closed' | 'opening' | 'open' | 'over';
  /** None until it was open for the first time: live messages count from there on. */
  readonly timeline: Timeline<Message> | undefined;
  /** It was followed up to here before another one was chosen. */
  readonly seenBefore: Seen | undefined;
  /** Which life of the log `timeline` is of. */
  readonly logEpoch: string | undefined;
  /** The highest place of a message that came before `opened`, and so was not taken. */
  readonly missed: Seq;
  /** The server said that we are out of it. That may be old news, so it is asked once more. */
  readonly isDoubted: boolean;
  /** When the others were last told that the user types; none: they think that nobody does. */
  readonly typedAt: Instant | undefined;
  /** Their turn has come, but the key that opens them has not. */
  readonly withheld: readonly Message[];
  /** The newest epoch that the server was asked for, and whether its answer is still to come. */
  readonly askedEpoch: KeyEpoch;
  readonly isAwaitingKey: boolean;
  readonly catchUp: CatchUp;
  readonly marks: Marks;
}

/** How far a log was followed, and which. */
export interface Seen {
  seq: Seq;
  logEpoch: string;
}

/** Held messages after which waiting for their key ends. */
const MOST_HELD = 500;

export const closed = (dlgId: DlgId, seenBefore?: Seen): Conversation => ({
  dlgId,
  phase: 'closed',
  timeline: undefined,
  seenBefore,
  logEpoch: undefined,
  missed: 0,
  isDoubted: false,
  typedAt: undefined,
  withheld: [],
  askedEpoch: 0,
  isAwaitingKey: false,
  catchUp: rested,
  marks: noMarks,
});

/** The server follows it for us from `head + 1` on. */
export function opened(now: Conversation, { head, readSeq, logEpoch }: Opened, at: Instant): Conversation {
  const followed = now.timeline ?? followFrom<Message>(Math.max(head, now.seenBefore?.seq ?? 0));
  const timeline = heardOf(followed, Math.max(head, now.missed));
  return {
    ...now,
    phase: 'open',
    timeline,
    logEpoch,
    missed: 0,
    isDoubted: false,
    marks: untold(now.marks, readSeq, at),
  };
}

interface Opened {
  head: Seq;
  readSeq: Seq;
  logEpoch: string;
}

/** How far it was followed until now. */
export const seenOf = ({ timeline, logEpoch, seenBefore }: Conversation): Seen | undefined =>
  timeline && logEpoch !== undefined ? { seq: timeline.seen, logEpoch } : seenBefore;

/** Whether what was seen is of another life of the log: its numbers say nothing about this one (I18). */
export function isOtherLog(now: Conversation, logEpoch: string): boolean {
  const known = seenOf(now)?.logEpoch;
  return known !== undefined && known !== logEpoch;
}

/** What comes next may be of another log, or for others: it is asked where it stands. */
export const doubted = (now: Conversation, isDoubted = now.isDoubted): Conversation => ({
  ...now,
  phase: 'closed',
  isDoubted,
  catchUp: rested,
});

/** What is before `minSeq` is no longer kept: it is passed over (I17). */
export function passedOver(now: Conversation, minSeq: Seq): Conversation {
  if (!now.timeline) return now;
  const [timeline, ready] = skipTo(now.timeline, minSeq - 1);
  return { ...now, timeline, withheld: [...now.withheld, ...ready] };
}

/** The connection is gone; what has been seen is kept, the rest is asked for on the next one. */
export const interrupted = (now: Conversation): Conversation => ({
  ...now,
  phase: now.phase === 'over' ? 'over' : 'closed',
  // How long the server wants to be left alone holds on the next connection as well.
  catchUp: now.catchUp === asking ? rested : now.catchUp,
  missed: 0,
  typedAt: undefined,
});

/** Takes messages in; those whose turn has come are held until `release` gives them out. */
export function taken(now: Conversation, messages: readonly Message[]): Conversation {
  // Before it is open, nobody knows which log a message is of. A page brings it, once `opened` has said it.
  if (now.phase === 'opening') return { ...now, missed: Math.max(now.missed, ...messages.map(({ seq }) => seq)) };
  if (!now.timeline || now.phase !== 'open') return now;
  let timeline: Timeline<Message> = now.timeline;
  const withheld = [...now.withheld];
  for (const message of messages) {
    const [after, ready] = take(timeline, message);
    timeline = after;
    withheld.push(...ready);
  }
  return { ...now, timeline, withheld };
}

/**
 * Gives out what is held, up to a message under a key that `dlgKey` does not have yet: it waits, and `wantsKey` says
 * that the server is to be asked. Each epoch is asked for once; what no answer opens is given out as it is.
 */
export function release(
  now: Conversation,
  dlgKey: string | undefined,
): { conversation: Conversation; ready: readonly Message[]; wantsKey: boolean } {
  const epoch = newestEpoch(dlgKey);
  const stop = now.withheld.findIndex(({ content }) => {
    const needed = epochOf(content);
    return needed > epoch && (needed > now.askedEpoch || now.isAwaitingKey);
  });
  const blocking = now.withheld[stop];
  if (!blocking || now.withheld.length > MOST_HELD) {
    return { conversation: { ...now, withheld: [] }, ready: now.withheld, wantsKey: false };
  }
  const needed = epochOf(blocking.content);
  const wantsKey = !now.isAwaitingKey && needed > now.askedEpoch;
  return {
    conversation: {
      ...now,
      withheld: now.withheld.slice(stop),
      // What is on its way may be of before this epoch.
      askedEpoch: wantsKey ? needed : now.askedEpoch,
      isAwaitingKey: true,
    },
    ready: now.withheld.slice(0, stop),
    wantsKey,
  };
}

/** The answer about the key is there, whatever it was. */
export const keyAnswered = (now: Conversation): Conversation => ({ ...now, isAwaitingKey: false });

/** When it wants something of the server, once there is a bound user. */
export function conversationDueAt(now: Conversation | undefined): Instant {
  if (now?.phase === 'closed') return now.catchUp;
  if (now?.phase !== 'open' || !now.timeline) return NEVER;
  // Nothing is asked for before the key is there; to be woken for it would be to go round in circles.
  return Math.min(now.isAwaitingKey ? NEVER : catchUpDueAt(now.timeline, now.catchUp), now.marks.dueAt);
}
