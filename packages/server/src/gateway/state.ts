import type { ClientFrameOf, DlgId, Limits, RefusalName, Seq } from '@trialogue/protocol';
import { refusals } from '@trialogue/protocol';

import type { SignedIn } from '../access/signIn.ts';
import type { Client } from '../chat/ports.ts';
import { frameRate, retryAfterMs, type Allowance } from './allowance.ts';
import type { Closed } from './closed.ts';
import type { Draft, Effect, No } from './events.ts';
import type { Follow } from './follow.ts';
import type { Mark } from './marks.ts';
import type { Quiet } from './quiet.ts';
import type { Sends } from './sends.ts';
import type { Outgoing } from './wire.ts';

interface Alive {
  /** What it may do. */
  readonly limits: Limits;
}

/** Accepted by the network, unknown to us. */
export interface Arriving extends Alive {
  readonly name: 'arriving';
  /** 0 up to 1, drawn once for each socket: spreads their pings. */
  readonly jitter: number;
}

/** Was told hello; is to say who it is. */
export interface Greeting extends Alive {
  readonly name: 'greeting';
  readonly jitter: number;
  readonly allowance: Allowance;
  readonly bindBy: number;
}

/** Its token is being checked, and then whether it is the newest socket of its client. */
export interface Binding extends Alive {
  readonly name: 'binding';
  readonly jitter: number;
  readonly allowance: Allowance;
  readonly uid: ClientFrameOf<'bind'>['uid'];
  readonly client: Client | undefined;
  /** Once the token is checked: whose it is, and when it ends, leeway included. */
  readonly proved: { readonly who: SignedIn; readonly endsAt: number } | undefined;
  readonly answerBy: number;
}

/** A socket that is somebody's. */
export interface Bound extends Alive {
  readonly name: 'bound';
  readonly who: SignedIn;
  readonly allowance: Allowance;
  /** When the token ends, leeway included. */
  readonly endsAt: number;
  readonly pingEveryMs: number;
  readonly pingAt: number;
  /** A ping is out; its pong is to be here by then. */
  readonly pongBy: number | undefined;
  readonly follows: ReadonlyMap<DlgId, Follow>;
  readonly sends: Sends;
  readonly marks: Quiet<Mark>;
  readonly typing: Quiet<{ readonly isTyping: boolean }>;
  /** It is told of heads only, and of those not too often. */
  readonly isLagging: boolean;
  readonly heads: Quiet<Seq>;
  /** Number of the last question asked of a port; its answer carries the same. */
  readonly calls: number;
  /** The call that checks a newer token. */
  readonly renewal: number | undefined;
  /** The node is going away: when this socket does. */
  readonly leaveAt: number | undefined;
}

/** Only waits for the answers to what it sent. */
export interface Leaving extends Alive {
  readonly name: 'leaving';
  readonly who: SignedIn;
  readonly allowance: Allowance;
  readonly sends: Sends;
  readonly leaveBy: number;
}

export type Session = Arriving | Greeting | Binding | Bound | Leaving | Closed;

export type Next<S extends Session = Session> = readonly [S, ...Effect[]];

export const transmit = (frame: Outgoing): Effect => ({ type: 'transmit', frame });

export const refuse = (id: number, { refusal, says, retryAfterMs }: No): Effect =>
  transmit({ op: 'refused', id, error: refusal, msg: says, ...(retryAfterMs !== undefined && { retryAfterMs }) });

export const nack = ({ id, dlgId, clientMsgId }: Draft, { refusal, says, retryAfterMs }: No): Outgoing => ({
  op: 'nack',
  ...(id !== undefined && { id }),
  dlgId,
  clientMsgId,
  error: refusal,
  msg: says,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

export const no = (refusal: RefusalName, says: string = refusals[refusal].says): No => ({ refusal, says });

export const tooFast = ({ allowance, limits }: Bound): No => ({
  ...no('rate.limited'),
  retryAfterMs: retryAfterMs(allowance, frameRate(limits)),
});
