import type { DlgId, Message, Seq, ServerFrameOf } from '@trialogue/protocol';

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
import { only } from '../only.ts';
import { asking, nextPage } from '../timeline/catchUp.ts';
import { raise, told } from '../timeline/marks.ts';
import { heardOf } from '../timeline/timeline.ts';
import { AGAIN_MS, forgotten, takeTyping } from '../timeline/typing.ts';
import { ANSWER_MS } from './asks.ts';
import { releasePages } from './pages.ts';
import { failStale, resealStale } from './sending.ts';
import { ask, askForKey, complain, tell, transmit, want, type Turn } from './turn.ts';

/** The application turns to a conversation, or gives a new key of the one it has. */
export function choose(turn: Turn, dlgId: DlgId, dlgKey?: string): void {
  if (dlgKey !== undefined && newestEpoch(dlgKey) >= newestEpoch(turn.rings.get(dlgId))) keepKey(turn, dlgId, dlgKey);
  const { conversation: old } = turn;
  if (old?.dlgId === dlgId && old.phase !== 'over') return giveOut(turn);

  if (old && turn.connection.stage === 'live' && (old.phase === 'open' || old.phase === 'opening')) {
    transmit(turn, { op: 'leave', dlgId: old.dlgId });
  }
  const seen = old && seenOf(old);
  if (seen) turn.seenBefore = new Map(turn.seenBefore).set(old.dlgId, seen);
  turn.asks = only(turn.asks, ({ kind }) => kind !== 'open' && kind !== 'gap');
  turn.conversation = closed(dlgId, turn.seenBefore.get(dlgId));
}

export function messageCame(turn: Turn, { op: _, dlgId, ...message }: ServerFrameOf<'message'>): void {
  changeOf(turn, dlgId, (now) => taken(now, [message]));
  giveOut(turn);
}

export const headCame = (turn: Turn, dlgId: DlgId, head: number): void =>
  changeOf(turn, dlgId, (now) => (now.timeline ? { ...now, timeline: heardOf(now.timeline, head) } : now));

export function keyCame(turn: Turn, { dlgId, dlgKey }: { dlgId: DlgId; dlgKey: string }): void {
  learnKey(turn, dlgId, dlgKey);
  releasePages(turn, dlgId);
  giveOut(turn);
}

/**
 * Word of a removal may come late, after the door has opened again: of the chosen conversation the server is asked
 * whether it still holds, and the application is told when it does.
 */
export function leftCame(turn: Turn, { dlgId }: { dlgId: DlgId }): void {
  if (turn.conversation?.dlgId !== dlgId) return tell(turn, 'left', { dlgId });
  changeOf(turn, dlgId, (now) => (now.phase === 'over' ? now : doubted(now, true)));
}

/** The user types in the chosen conversation, or has stopped. */
export function type(turn: Turn, isTyping: boolean): void {
  const { conversation, stepAt: now } = turn;
  if (conversation?.phase !== 'open') return;
  const { dlgId, typedAt } = conversation;
  if (isTyping ? typedAt !== undefined && now < typedAt + AGAIN_MS : typedAt === undefined) return;
  turn.conversation = { ...conversation, typedAt: isTyping ? now : undefined };
  transmit(turn, { op: 'typing', dlgId, isTyping });
}

export function typingCame(turn: Turn, { op: _, ...word }: ServerFrameOf<'typing'>): void {
  const [typing, isNews] = takeTyping(turn.typing, word, turn.stepAt);
  turn.typing = typing;
  if (isNews) tell(turn, 'typing', word);
}

export function forgetTyping(turn: Turn): void {
  const [typing, silent] = forgotten(turn.typing, turn.stepAt);
  turn.typing = typing;
  for (const { dlgId, userId } of silent) tell(turn, 'typing', { dlgId, userId, isTyping: false });
}

/** Opens the chosen conversation, asks for what is missing, and tells how far the user has come. */
export function followDue(turn: Turn): void {
  const { conversation, stepAt: now } = turn;
  if (!conversation) return;
  const { dlgId, phase, timeline, catchUp, marks } = conversation;
  const asked = { dlgId, until: now + ANSWER_MS, tries: 1 };
  if (phase === 'closed' && now >= catchUp) {
    turn.conversation = { ...conversation, phase: 'opening' };
    ask(turn, { ...asked, kind: 'open' });
  }
  if (phase !== 'open' || !timeline) return;
  const range = conversation.isAwaitingKey ? undefined : nextPage(timeline, catchUp, now);
  if (range) {
    turn.conversation = { ...conversation, catchUp: asking };
    ask(turn, { ...asked, kind: 'gap', range });
  }
  if (marks.dueAt <= now) {
    if (marks.delivered > marks.toldDelivered) transmit(turn, { op: 'delivered', dlgId, seq: marks.delivered });
    if (marks.read > marks.toldRead) transmit(turn, { op: 'read', dlgId, seq: marks.read });
    changeOf(turn, dlgId, (is) => ({ ...is, marks: told(marks) }));
  }
}

export function readUpTo(turn: Turn, seq: Seq): void {
  const { conversation, stepAt: now } = turn;
  if (!conversation) return;
  const { dlgId, marks, timeline } = conversation;
  const readSeq = Math.min(seq, timeline?.head ?? seq);
  if (readSeq <= marks.read) return;
  turn.conversation = { ...conversation, marks: raise(marks, 'read', readSeq, now) };
  want(turn, (outside) => outside.share({ dlgId, readSeq }));
}

export function giveOut(turn: Turn): void {
  const { conversation: now } = turn;
  if (!now || now.withheld.length === 0) return;
  const { dlgId } = now;
  const dlgKey = turn.rings.get(dlgId);
  const { conversation, ready, wantsKey } = release(now, dlgKey);
  const seq = ready.at(-1)?.seq ?? 0;
  turn.conversation = { ...conversation, marks: raise(now.marks, 'delivered', seq, turn.stepAt) };
  for (const message of ready) give(turn, message, dlgId, dlgKey);
  if (wantsKey) askForKey(turn, dlgId);
}

function give(turn: Turn, message: Message, dlgId: DlgId, dlgKey: string | undefined): void {
  const received = receive(message, dlgId, dlgKey);
  tell(turn, 'message', received);
  if (received.error) complain(turn, failure('sdk.undecryptable', received.error), { dlgId, seq: received.seq });
}

export function learnKey(turn: Turn, dlgId: DlgId, dlgKey: string): void {
  const epoch = newestEpoch(dlgKey);
  if (epoch === 0) return complain(turn, failure('sdk.bad_key'), { dlgId });
  const known = turn.rings.get(dlgId);
  if (known === dlgKey || epoch < newestEpoch(known)) return;
  tell(turn, 'key', { dlgId, dlgKey });
  keepKey(turn, dlgId, dlgKey);
}

function keepKey(turn: Turn, dlgId: DlgId, dlgKey: string): void {
  turn.rings = new Map(turn.rings).set(dlgId, dlgKey);
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
  if (turn.conversation?.dlgId === dlgId) turn.conversation = to(turn.conversation);
}
