import type { DlgId, Message, ServerFrameOf } from '@trialogue/protocol';

import { closed, keyAnswered, release, taken, type Conversation } from '../conversation/conversation.ts';
import { newestEpoch, receive } from '../conversation/received.ts';
import { failure } from '../errors.ts';
import { asking, nextPage } from '../timeline/catchUp.ts';
import { raise, told } from '../timeline/marks.ts';
import { heardOf } from '../timeline/timeline.ts';
import { ANSWER_MS } from './asks.ts';
import { failStale, resealStale } from './sending.ts';
import type { Turn } from './turn.ts';

/** The application turns to a conversation, or gives a new key of the one it has. */
export function choose(turn: Turn, dlgId: DlgId, dlgKey?: string): void {
  if (dlgKey !== undefined && newestEpoch(dlgKey) >= newestEpoch(turn.ringOf(dlgId))) {
    turn.set({ rings: new Map(turn.state.rings).set(dlgId, dlgKey) });
    resealStale(turn, dlgId);
  }
  const { conversation: old, asks, connection, seenBefore } = turn.state;
  if (old?.dlgId === dlgId && old.phase !== 'over') return giveOut(turn);

  if (old && connection.name === 'live' && (old.phase === 'open' || old.phase === 'opening')) {
    turn.transmit({ op: 'leave', dlgId: old.dlgId });
  }
  const seen = old?.timeline?.seen;
  turn.set({
    seenBefore: old && seen !== undefined ? new Map(seenBefore).set(old.dlgId, seen) : seenBefore,
    asks: new Map([...asks].filter(([, { kind }]) => kind !== 'open' && kind !== 'catchUp')),
  });
  turn.set({ conversation: closed(dlgId, turn.state.seenBefore.get(dlgId)) });
}

export function messageCame(turn: Turn, { op: _, dlgId, ...message }: ServerFrameOf<'message'>): void {
  changeOf(turn, dlgId, (now) => taken(now, [message]));
  giveOut(turn);
}

export function headCame(turn: Turn, dlgId: DlgId, head: number): void {
  changeOf(turn, dlgId, (now) => (now.timeline ? { ...now, timeline: heardOf(now.timeline, head) } : now));
}

export function keyCame(turn: Turn, dlgId: DlgId, dlgKey: string): void {
  learnKey(turn, dlgId, dlgKey);
  giveOut(turn);
}

export function leftCame(turn: Turn, dlgId: DlgId): void {
  changeOf(turn, dlgId, over);
  giveOut(turn);
  turn.tell('left', { dlgId });
}

/** Opens the chosen conversation, asks for what is missing, and tells how far the user has come. */
export function followDue(turn: Turn): void {
  const { conversation } = turn.state;
  if (!conversation) return;
  const { dlgId, phase, timeline, catchUp, marks } = conversation;
  const asked = { dlgId, until: turn.now + ANSWER_MS, tries: 1 };
  if (phase === 'closed' && turn.now >= catchUp.notBefore) {
    changeOf(turn, dlgId, (now) => ({ ...now, phase: 'opening' }));
    turn.ask({ ...asked, kind: 'open' });
  }
  if (phase !== 'open' || !timeline) return;
  const range = conversation.isAwaitingKey ? undefined : nextPage(timeline, catchUp, turn.now);
  if (range) {
    changeOf(turn, dlgId, (now) => ({ ...now, catchUp: asking }));
    turn.ask({ ...asked, kind: 'catchUp', range });
  }
  if (marks.dueAt !== undefined && marks.dueAt <= turn.now) {
    if (marks.delivered > marks.toldDelivered) turn.transmit({ op: 'delivered', dlgId, seq: marks.delivered });
    if (marks.read > marks.toldRead) turn.transmit({ op: 'read', dlgId, seq: marks.read });
    changeOf(turn, dlgId, (now) => ({ ...now, marks: told(now.marks) }));
  }
}

export function readUpTo(turn: Turn, seq: number): void {
  const { conversation } = turn.state;
  if (!conversation) return;
  const known = Math.min(seq, conversation.timeline?.head ?? seq);
  changeOf(turn, conversation.dlgId, (now) => ({ ...now, marks: raise(now.marks, 'read', known, turn.now) }));
}

export function giveOut(turn: Turn): void {
  const { conversation: now } = turn.state;
  if (!now || now.held.length === 0) return;
  const { dlgId } = now;
  const dlgKey = turn.ringOf(dlgId);
  const { conversation, ready, wantsKey } = release(now, dlgKey);
  const last = ready.at(-1);
  const marks = last ? raise(conversation.marks, 'delivered', last.seq, turn.now) : conversation.marks;
  turn.set({ conversation: { ...conversation, marks } });
  for (const message of ready) give(turn, message, dlgId, dlgKey);
  // Though it may have been asked before: that answer may be older than the key.
  if (wantsKey) turn.ask({ kind: 'ring', dlgId, until: turn.now + ANSWER_MS, tries: 1 });
}

function give(turn: Turn, message: Message, dlgId: DlgId, dlgKey: string | undefined): void {
  const received = receive(message, dlgId, dlgKey);
  turn.tell('message', received);
  if (received.error) turn.complain(failure('sdk.undecryptable', received.error), { dlgId, seq: received.seq });
}

export function learnKey(turn: Turn, dlgId: DlgId, dlgKey: string): void {
  const epoch = newestEpoch(dlgKey);
  if (epoch === 0) return turn.complain(failure('sdk.bad_key'), { dlgId });
  const known = turn.ringOf(dlgId);
  if (known === dlgKey || epoch < newestEpoch(known)) return;
  turn.set({ rings: new Map(turn.state.rings).set(dlgId, dlgKey) });
  turn.tell('key', { dlgId, dlgKey });
  resealStale(turn, dlgId);
}

export function noKeyCame(turn: Turn, dlgId: DlgId): void {
  failStale(turn, dlgId);
  changeOf(turn, dlgId, keyAnswered);
  giveOut(turn);
}

export const over = (now: Conversation): Conversation => ({ ...keyAnswered(now), phase: 'over' });

export function changeOf(turn: Turn, dlgId: DlgId, to: (now: Conversation) => Conversation): void {
  const { conversation } = turn.state;
  if (conversation?.dlgId === dlgId) turn.set({ conversation: to(conversation) });
}
