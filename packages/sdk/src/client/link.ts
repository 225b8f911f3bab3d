import type { Instant } from '@trialogue/protocol';

import {
  next,
  hasSocket,
  type Connection,
  type ConnectionAction,
  type ConnectionEvent,
} from '../connection/connection.ts';
import { closed, interrupted, seenOf } from '../conversation/conversation.ts';
import { failure, type FailureName } from '../errors.ts';
import { isGoing, lost, mayBeStored } from '../outbox/outbox.ts';
import { outliving } from './asks.ts';
import { sendKey, userOf, type Credentials } from './state.ts';
import type { Turn } from './turn.ts';
import { announce, giveUpMessage } from './waiting.ts';

/** Before a token ends, the next one is asked for; but not more often than every sixth of this. */
const RENEW_EARLY_MS = 60_000;
const MOST_SPENT = 16;

/** Moves the connection, carries what follows from it to the other parts, and tells the application. */
export function move(turn: Turn, event: ConnectionEvent, said = ''): void {
  const { connection: was, config } = turn.state;
  const around = { now: turn.now, backoff: turn.tools.backoff, canAsk: config.canAsk };
  const [is, ...actions] = next(was, event, around);
  if (is === was) return;

  turn.set({ connection: is, heardAt: turn.now });
  const isGone = hasSocket(was) && (!hasSocket(is) || actions.includes('dial'));
  if (isGone) forgetSocket(turn);
  for (const action of actions) act(turn, action);
  if (is.name !== was.name) turn.tell('state', { name: is.name, was: was.name });
  if (isGone) announceEnd(turn, was, is, event, said);
  announceWait(turn, was, is);
  if (is.name === 'idle') giveUp(turn, 'sdk.closed');
  if (is.name === 'shut') giveUp(turn, 'sdk.shut');
}

/**
 * The application says who is talking: the first time, after a new token, or somebody else.
 *
 * An application that binds in `onConnect` often gives the token it began with, for ever. Once a newer one of the same
 * user has replaced it, it counts as that one: going back would be refused, asked anew, and so on without an end.
 */
export function bindUser(turn: Turn, given: Credentials): void {
  const { credentials: known, connection, conversation, spentTokens } = turn.state;
  const isSameUser = known?.uid === given.uid;
  const isSpent = isSameUser && spentTokens.includes(given.token);
  const credentials = isSpent ? known : given;
  const isSameToken = known?.token === credentials.token;
  const { name } = connection;
  // The token that was refused; a new one is awaited.
  if ((name === 'asking' && isSameUser && isSameToken) || (name === 'signedOut' && isSpent)) return;
  const user = userOf(turn.state);
  keep(turn, credentials);
  if (credentials.uid !== user) changeHands(turn);
  // Another user follows the conversation from where it is then, not from where this one was.
  if (known && !isSameUser && conversation) {
    turn.set({ conversation: closed(conversation.dlgId, seenOf(conversation)) });
  }
  switch (name) {
    case 'connected':
    case 'signedOut':
    case 'asking':
      return move(turn, { type: 'bind' });
    case 'binding':
      // onConnect comes again after a reconnect, and the application then binds what the SDK is binding already.
      if (!isSameUser || !isSameToken) move(turn, { type: 'rebind' });
      return;
    case 'live':
      if (!isSameUser) move(turn, { type: 'rebind' });
      else if (!isSameToken) turn.transmit({ op: 'auth', token: credentials.token });
      return;
    default:
    // Said at the next hello.
  }
}

/**
 * Nobody sees or sends what another user has written: it stays kept for when that one is back, and so nobody can say
 * what will become of it.
 */
function changeHands(turn: Turn): void {
  for (const { dlgId, clientMsgId } of turn.state.outbox) {
    turn.settle(sendKey(dlgId, clientMsgId), { failure: failure('sdk.closed', undefined, 'unknown') });
  }
  turn.set({ outbox: [], isRestored: false });
  restore(turn);
}

export const restore = (turn: Turn): void =>
  void turn.effects.push({ do: 'restore', uid: userOf(turn.state), isFirst: !turn.state.isRestored });

/** By now another tab may have been closed with something left to send. */
export function restoreMore(turn: Turn): void {
  if (turn.state.isRestored) restore(turn);
}

function keep(turn: Turn, credentials: Credentials): void {
  const { credentials: known, spentTokens } = turn.state;
  if (known?.uid !== credentials.uid) turn.set({ spentTokens: [] });
  else if (known.token !== credentials.token)
    turn.set({ spentTokens: [known.token, ...spentTokens].slice(0, MOST_SPENT) });
  turn.set({ credentials });
}

/** A token from `getToken`. The application may have bound by itself meanwhile; then it is not needed. */
export function tokenGiven(turn: Turn, token: string): void {
  const { connection, credentials, config } = turn.state;
  const uid = credentials?.uid ?? config.fromuid;
  if (connection.name === 'asking') {
    keep(turn, { token, uid });
    move(turn, { type: 'token' });
  } else if (connection.name === 'live') bindUser(turn, { token, uid });
}

/** The server has taken the token, until `expiresAt` by its clock. */
export function tokenTaken(turn: Turn, expiresAt: Instant): void {
  const { config, serverAheadMs } = turn.state;
  const leftMs = expiresAt - serverAheadMs - turn.now;
  turn.set({ renewAt: config.canAsk ? turn.now + Math.max(RENEW_EARLY_MS / 6, leftMs - RENEW_EARLY_MS) : undefined });
}

export function renewDue(turn: Turn): void {
  const { renewAt } = turn.state;
  if (renewAt === undefined || renewAt > turn.now) return;
  turn.set({ renewAt: undefined });
  turn.effects.push({ do: 'askToken' });
}

function act(turn: Turn, action: ConnectionAction): void {
  const { line, credentials, config } = turn.state;
  switch (action) {
    case 'dial':
      turn.set({ line: line + 1 });
      turn.effects.push({ do: 'dial', line: line + 1, url: config.wsAddr });
      return;
    case 'hangUp':
      turn.effects.push({ do: 'hangUp', line });
      return;
    case 'bind':
      if (credentials) turn.transmit({ op: 'bind', ...credentials, sid: config.sid, fence: line });
      return;
    case 'askToken':
      turn.effects.push({ do: 'askToken' });
  }
}

function forgetSocket(turn: Turn): void {
  const { outbox, asks, conversation } = turn.state;
  turn.set({
    renewAt: undefined,
    outbox: lost(outbox),
    asks: outliving(asks),
    conversation: conversation && interrupted(conversation),
  });
  for (const entry of outbox) {
    if (entry.state.name === 'sending' || entry.state.name === 'stale') announce(turn, entry, { state: 'queued' });
  }
}

function announceEnd(turn: Turn, was: Connection, is: Connection, event: ConnectionEvent, reason: string): void {
  const code = 'code' in event ? event.code : event.type === 'due' ? 1006 : 1000;
  const willReconnect = is.name === 'waiting' || is.name === 'dialing' || is.name === 'asking';
  if (was.name === 'dialing' && is.name === 'waiting') turn.complain(failure('sdk.unreachable', reason));
  if (is.name === 'shut') turn.complain(failure('sdk.shut', `Close code ${code}. ${reason}`));
  if (was.name !== 'dialing') turn.tell('close', { code, reason, willReconnect });
}

function announceWait(turn: Turn, was: Connection, is: Connection): void {
  if (is.name === was.name) return;
  const { attempt } = is;
  if (is.name === 'waiting') turn.tell('reconnect', { attempt, delayMs: is.delayMs, reason: is.reason });
  if (is.name === 'signedOut') turn.tell('reconnect', { attempt, delayMs: 0, reason: 'auth' });
}

/** Nobody will come back by itself: every promise ends here, and says whether the message may have been stored. */
function giveUp(turn: Turn, why: FailureName): void {
  const { outbox, asks } = turn.state;
  turn.set({ asks: new Map() });
  for (const entry of outbox.filter(isGoing)) {
    giveUpMessage(turn, entry, failure(why, undefined, mayBeStored(entry) ? 'unknown' : 'none'));
  }
  for (const ask of asks.values()) if (ask.kind === 'history') turn.fail(ask.key, why);
}
