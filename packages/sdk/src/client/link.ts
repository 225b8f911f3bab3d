import type { Instant } from '@trialogue/protocol';

import { NEVER } from '../connection/clock.ts';
import {
  next,
  hasSocket,
  type Connection,
  type ConnectionAction,
  type Closed,
  type ConnectionEvent,
  type ConnectionName,
} from '../connection/connection.ts';
import { closed, interrupted, seenOf } from '../conversation/conversation.ts';
import { failure, type FailureName } from '../errors.ts';
import { isGoing, isUnderWay, lost, mayBeStored } from '../outbox/outbox.ts';
import { outliving } from './asks.ts';
import { sendKey, userOf, type Credentials } from './state.ts';
import { complain, fail, settle, tell, transmit, want, type Turn } from './turn.ts';
import { announce, giveUpMessage } from './waiting.ts';

/** Before a token ends, the next one is asked for; but not more often than every sixth of this. */
const RENEW_EARLY_MS = 60_000;
const MOST_SPENT = 16;

/** Moves the connection, carries what follows from it to the other parts, and tells the application. */
export function move(turn: Turn, event: ConnectionEvent): void {
  const { connection: was, config, stepAt: now, tools } = turn;
  const [is, ...actions] = next(was, event, { now, backoff: tools.backoff, canAsk: config.canAsk });
  if (is === was) return;

  turn.connection = is;
  turn.heardAt = now;
  const isGone = hasSocket(was) && (!hasSocket(is) || actions.includes('dial'));
  if (isGone) forgetSocket(turn);
  for (const action of actions) act(turn, action);
  if (is.stage !== was.stage) tell(turn, 'state', { name: is.stage, was: was.stage });
  if (isGone) announceEnd(turn, was, is, event);
  announceWait(turn, was, is);
  const why = ENDED[is.stage];
  if (why) giveUp(turn, why);
}

/** Where nobody comes back by himself, and what promises then end with. */
export const ENDED: { readonly [Stage in ConnectionName]?: FailureName } = { idle: 'sdk.closed', shut: 'sdk.shut' };

/**
 * The application says who is talking: the first time, after a new token, or somebody else.
 *
 * An application that binds in `onConnect` often gives the token it began with, for ever. Once a newer one of the same
 * user has replaced it, it counts as that one: going back would be refused, asked anew, and so on without an end.
 */
export function bindUser(turn: Turn, given: Credentials): void {
  const { credentials: known, conversation, spentTokens } = turn;
  const { stage } = turn.connection;
  const isSameUser = known?.uid === given.uid;
  const isSpent = isSameUser && spentTokens.includes(given.token);
  const isSame = isSameUser && (isSpent || known.token === given.token);
  // The token that was refused; a new one is awaited.
  if ((stage === 'asking' && isSame) || (stage === 'signedOut' && isSpent)) return;
  const user = userOf(turn);
  if (!isSame) keep(turn, given);
  if (given.uid !== user) changeHands(turn);
  // Another user follows the conversation from where it is then, not from where this one was.
  if (known && !isSameUser && conversation) turn.conversation = closed(conversation.dlgId, seenOf(conversation));
  if (stage === 'binding' || stage === 'live') {
    // onConnect comes again after a reconnect, and the application then binds what the SDK is binding already.
    if (isSame) return;
    if (stage === 'live' && isSameUser) transmit(turn, { op: 'auth', token: given.token });
    else move(turn, { type: 'rebind' });
  } else move(turn, { type: 'bind' });
}

/**
 * Nobody sees or sends what another user has written: it stays kept for when that one is back, and so nobody can say
 * what will become of it.
 */
function changeHands(turn: Turn): void {
  for (const entry of turn.unsent) settle(turn, sendKey(entry), { failure: failure('sdk.closed', '', true) });
  turn.unsent = [];
  turn.isRestored = false;
  restore(turn);
}

export function restore(turn: Turn): void {
  const uid = userOf(turn);
  const isFirst = !turn.isRestored;
  want(turn, (outside) => outside.restore(uid, isFirst));
}

/** By now another tab may have been closed with something left to send. */
export function restoreMore(turn: Turn): void {
  if (turn.isRestored) restore(turn);
}

function keep(turn: Turn, credentials: Credentials): void {
  const { credentials: known, spentTokens } = turn;
  turn.spentTokens = known?.uid === credentials.uid ? [known.token, ...spentTokens].slice(0, MOST_SPENT) : [];
  turn.credentials = credentials;
}

/** What `getToken` gave. The application may have bound by itself meanwhile; then it is not needed. */
export function tokenGiven(turn: Turn, token: unknown): void {
  if (!token || typeof token !== 'string') {
    complain(turn, failure('sdk.no_token'));
    return move(turn, { type: 'noToken' });
  }
  const { stage } = turn.connection;
  const given = { token, uid: userOf(turn) };
  if (stage === 'live') return bindUser(turn, given);
  if (stage !== 'asking') return;
  if (token !== turn.credentials?.token) keep(turn, given);
  move(turn, { type: 'token' });
}

/** The server has taken the token, until `expiresAt` by its clock. */
export function tokenTaken(turn: Turn, expiresAt: Instant): void {
  const leftMs = expiresAt - turn.serverAheadMs - turn.stepAt;
  if (turn.config.canAsk) turn.renewAt = turn.stepAt + Math.max(RENEW_EARLY_MS / 6, leftMs - RENEW_EARLY_MS);
}

export function renewDue(turn: Turn): void {
  if (turn.renewAt > turn.stepAt) return;
  turn.renewAt = NEVER;
  want(turn, (outside) => outside.askToken());
}

function act(turn: Turn, action: ConnectionAction): void {
  const { credentials, config } = turn;
  if (action === 'dial') {
    const line = ++turn.line;
    want(turn, (outside) => outside.dial(line, config.wsAddr));
  } else if (action !== 'bind') want(turn, (outside) => outside[action]());
  else if (credentials) transmit(turn, { op: 'bind', ...credentials, sid: config.sid, fence: turn.line });
}

function forgetSocket(turn: Turn): void {
  const { unsent, asks, conversation } = turn;
  turn.renewAt = NEVER;
  turn.unsent = unsent.map(lost);
  turn.asks = outliving(asks);
  turn.conversation = conversation && interrupted(conversation);
  for (const entry of unsent.filter(isUnderWay)) announce(turn, entry, { state: 'queued' });
}

function announceEnd(turn: Turn, was: Connection, is: Connection, event: ConnectionEvent): void {
  const { code = event.type === 'due' ? 1006 : 1000, reason = '' } = event as Partial<Closed>;
  const willReconnect = ['waiting', 'dialing', 'asking'].includes(is.stage);
  if (was.stage === 'dialing' && is.stage === 'waiting') complain(turn, failure('sdk.unreachable', reason));
  if (is.stage === 'shut') complain(turn, failure('sdk.shut', `${code} ${reason}`));
  if (was.stage !== 'dialing') tell(turn, 'close', { code, reason, willReconnect });
}

function announceWait(turn: Turn, was: Connection, is: Connection): void {
  if (is.stage === was.stage) return;
  const { attempt } = is;
  if (is.stage === 'waiting') tell(turn, 'reconnect', { attempt, delayMs: is.delayMs, reason: is.reason });
  if (is.stage === 'signedOut') tell(turn, 'reconnect', { attempt, delayMs: 0, reason: 'auth' });
}

/** Nobody will come back by itself: every promise ends here, and says whether the message may have been stored. */
function giveUp(turn: Turn, why: FailureName): void {
  const { unsent, asks } = turn;
  turn.asks = new Map();
  for (const entry of unsent.filter(isGoing)) giveUpMessage(turn, entry, failure(why, '', mayBeStored(entry)));
  for (const ask of asks.values()) if (ask.kind === 'history') fail(turn, ask.key, why);
}
