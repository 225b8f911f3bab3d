import type { ClientFrame, ClientFrameOf, DlgId } from '@trialogue/protocol';

import { isOverdrawn } from './allowance.ts';
import { close } from './closed.ts';
import { leave, open } from './conversations.ts';
import { higher, type Mark } from './marks.ts';
import { pass } from './quiet.ts';
import { begun } from './sends.ts';
import { nack, no, refuse, tooFast, transmit, type Bound, type Next } from './state.ts';

/** Marks of one conversation, and word that one types in it, pass at most this often. */
export const QUIET_MS = 300;

/**
 * A frame from a bound client. Beyond its allowance a socket is refused whatever has an answer and costs something;
 * the rest is cheap, and losing it would leave the two ends with different ideas.
 */
export function take(session: Bound, frame: ClientFrame, now: number): Next {
  const isTooFast = isOverdrawn(session.allowance);
  switch (frame.op) {
    case 'send':
      return send(session, frame, isTooFast);
    case 'open':
      return isTooFast ? [session, refuse(frame.id, tooFast(session))] : open(session, frame);
    case 'history':
      return isTooFast ? [session, refuse(frame.id, tooFast(session))] : [session, { type: 'page', ask: frame }];
    case 'leave':
      return leave(session, frame.dlgId);
    case 'delivered':
      return mark(session, frame.dlgId, { deliveredSeq: frame.seq }, now);
    case 'read':
      return mark(session, frame.dlgId, { readSeq: frame.seq }, now);
    case 'typing':
      return isTooFast ? [session] : typing(session, frame, now);
    case 'auth': {
      const call = session.calls + 1;
      return [
        { ...session, calls: call, renewal: call },
        { type: 'authenticate', call, token: frame.token },
      ];
    }
    case 'pong':
      return [{ ...session, pongBy: undefined }];
    case 'bind':
      return close('badFrame', 'frame.op: expected no second bind; a newer token goes into auth');
  }
}

function send(session: Bound, frame: ClientFrameOf<'send'>, isTooFast: boolean): Next<Bound> {
  const { dlgId, clientMsgId, content } = frame;
  if (isTooFast) return [session, transmit(nack(frame, tooFast(session)))];
  const { sendsUnderWay } = session.limits;
  if (session.sends.length >= sendsUnderWay) {
    return [
      session,
      transmit(nack(frame, no('rate.limited', `At most ${sendsUnderWay} sends may wait for an answer.`))),
    ];
  }
  const call = session.calls + 1;
  return [
    { ...session, calls: call, sends: begun(session.sends, dlgId, call) },
    { type: 'append', call, id: frame.id, dlgId, clientMsgId, content },
  ];
}

function mark(session: Bound, dlgId: DlgId, marked: Mark, now: number): Next<Bound> {
  const [marks, passing] = pass(session.marks, dlgId, marked, { now, quietMs: QUIET_MS, merge: higher });
  const next = { ...session, marks };
  return passing ? [next, { type: 'mark', dlgId, ...passing }] : [next];
}

/** Of a conversation that is open on this socket only; whether its user is still in it is asked where it is told on. */
function typing(session: Bound, { dlgId, isTyping }: ClientFrameOf<'typing'>, now: number): Next<Bound> {
  const it = session.follows.get(dlgId);
  if (!it || it.name === 'entering') return [session];
  const how = { now, quietMs: QUIET_MS, merge: (_: unknown, last: { isTyping: boolean }) => last };
  const [typing, passing] = pass(session.typing, dlgId, { isTyping }, how);
  const next = { ...session, typing };
  return passing ? [next, { type: 'typing', dlgId, ...passing }] : [next];
}
