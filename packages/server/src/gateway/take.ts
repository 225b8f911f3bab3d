import type { ClientFrame, ClientFrameOf, DlgId } from '@trialogue/protocol';

import { isOverdrawn } from './allowance.ts';
import { close } from './closed.ts';
import { leave, open } from './conversations.ts';
import { raise, type Mark } from './marks.ts';
import { begun, underWay } from './sends.ts';
import { nack, no, refuse, tooFast, transmit, type Bound, type Next } from './state.ts';

/** Sends of one socket that may wait for the disk. */
const SENDS_MOST = 64;

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
      return isTooFast ? [session, refuse(frame.id, tooFast(session.allowance))] : open(session, frame);
    case 'history':
      return isTooFast
        ? [session, refuse(frame.id, tooFast(session.allowance))]
        : [session, { type: 'page', ask: frame }];
    case 'leave':
      return leave(session, frame.dlgId);
    case 'delivered':
      return mark(session, frame.dlgId, { deliveredSeq: frame.seq }, now);
    case 'read':
      return mark(session, frame.dlgId, { readSeq: frame.seq }, now);
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
  if (isTooFast) return [session, transmit(nack(frame, tooFast(session.allowance)))];
  if (underWay(session.sends) >= SENDS_MOST) {
    return [session, transmit(nack(frame, no('rate.limited', `At most ${SENDS_MOST} sends may wait for an answer.`)))];
  }
  const call = session.calls + 1;
  return [
    { ...session, calls: call, sends: begun(session.sends, dlgId, call) },
    { type: 'append', call, dlgId, clientMsgId, content },
  ];
}

function mark(session: Bound, dlgId: DlgId, marked: Mark, now: number): Next<Bound> {
  const [marks, passing] = raise(session.marks, dlgId, marked, now);
  return passing
    ? [
        { ...session, marks },
        { type: 'mark', dlgId, ...passing },
      ]
    : [{ ...session, marks }];
}
