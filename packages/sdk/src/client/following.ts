import type { DlgId, Message, ServerFrameOf } from '@trialogue/protocol';

import {
  closed,
  doubted,
  keyAnswered,
  release,
  seenOf,
  taken,
  type Conversation,
} from '../conversation/conversation.ts';
import { newestEpoch, receive } from '../conversation/received.ts';
import { failure } from '../errors.ts';
import { asking, nextPage } from '../timeline/catchUp.ts';
import { raise, told } from '../timeline/marks.ts';
import { heardOf } from '../timeline/timeline.ts';
import { AGAIN_MS, forgotten, takeTyping } from '../timeline/typing.ts';
import { ANSWER_MS } from './asks.ts';
import { releasePages } from './pages.ts';
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
  const seen = old && seenOf(old);
  turn.set({
    seenBefore: seen ? new Map(seenBefore).set(old.dlgId, seen) : seenBefore,
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
  releasePages(turn, dlgId);
  giveOut(turn);
}

/**
 * Word of a removal may come late, after the door has opened again: of the chosen conversation the server is asked
 * whether it still holds, and the application is told when it does.
 */
export function leftCame(turn: Turn, dlgId: DlgId): void {
  if (turn.state.conversation?.dlgId !== dlgId) return turn.tell('left', { dlgId });
  changeOf(turn, dlgId, (now) => (now.phase === 'over' ? now : doubted(now, true)));
}

/** The user types in the chosen conversation, or has stopped. */
export function type(turn: Turn, isTyping: boolean): void {
  const { conversation } = turn.state;
  if (conversation?.phase !== 'open') return;
  const { dlgId, typedAt } = conversation;
  if (isTyping ? typedAt !== undefined && turn.now < typedAt + AGAIN_MS : typedAt === undefined) return;
  changeOf(turn, dlgId, (now) => ({ ...now, typedAt: isTyping ? turn.now : undefined }));
  turn.transmit({ op: 'typing', dlgId, isTyping });
}

export function typingCame(turn: Turn, frame: ServerFrameOf<'typing'>): void {
  const { op: _, ...word } = frame;
  const [typing, isNews] = takeTyping(turn.state.typing, word, turn.now);
  turn.set({ typing });
  if (isNews) turn.tell('typing', word);
}

export function forgetTyping(turn: Turn): void {
  const [typing, silent] = forgotten(turn.state.typing, turn.now);
  if (silent.length > 0) turn.set({ typing });
  for (const who of silent) turn.tell('typing', { ...who, isTyping: false });
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
  const { dlgId, marks } = conversation;
  if (known <= marks.read) return;
  changeOf(turn, dlgId, (now) => ({ ...now, marks: raise(now.marks, 'read', known, turn.now) }));
  turn.effects.push({ do: 'share', news: { dlgId, readSeq: known } });
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
  if (wantsKey) turn.askForKey(dlgId);
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
  releasePages(turn, dlgId);
  changeOf(turn, dlgId, keyAnswered);
  giveOut(turn);
}

export const over = (now: Conversation): Conversation => ({ ...keyAnswered(now), phase: 'over', isDoubted: false });

export function changeOf(turn: Turn, dlgId: DlgId, to: (now: Conversation) => Conversation): void {
  const { conversation } = turn.state;
  if (conversation?.dlgId === dlgId) turn.set({ conversation: to(conversation) });
}
