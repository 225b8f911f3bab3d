import { open, seal, toBase64url } from '@trialogue/crypto';
import {
  id,
  type ClientMsgId,
  type DlgId,
  type Instant,
  type Payload,
  type Sid,
  type UserId,
} from '@trialogue/protocol';

import { checkedAddress, checkedFrame, checkedKey, plaintextOf, wrongArgument } from './arguments.ts';
import { makeStep } from './client/client.ts';
import { sendKey, type Answer, type ClientConfig, type HistoryPage } from './client/state.ts';
import { waitingHere } from './client/waiting.ts';
import { newClientMsgId } from './clientMsgId.ts';
import { fullJitter } from './connection/backoff.ts';
import type { Clock } from './connection/clock.ts';
import { isConnected } from './connection/connection.ts';
import { drive } from './connection/driver.ts';
import type { Wakes } from './connection/wakes.ts';
import { ImError, failure } from './errors.ts';
import type { Stored, Told } from './events.ts';
import { keeping } from './outbox/keeping.ts';
import { find, hasFailed } from './outbox/outbox.ts';
import type { OutboxStore } from './outbox/store.ts';
import type { Tabs } from './outbox/tabs.ts';
import type { HistoryOptions, ImConfig, ImSocket, MessageName, SendOptions } from './socket.ts';
import type { Dial } from './transport/transport.ts';

export interface SessionPorts {
  dial: Dial;
  clock: Clock;
  wakes: Wakes;
  random: () => number;
  tell: (told: Told) => void;
  /** Where the outbox outlives the page. */
  store: OutboxStore;
  tabs: Tabs;
  /** The clock on the wall; nothing but when a message was sent off is taken from it. */
  date?: () => number;
  getToken: ImConfig['getToken'];
}

/** What one `getInstance` began. */
export interface Session extends ImSocket {
  /** Closes it for good. */
  dispose(): void;
}

/** Starts a connection and gives what the application does with it. */
export function openSession(config: ClientConfig, { random, store, tabs, date, ...ports }: SessionPorts): Session {
  const pending = new Map<string, Deferred>();
  const { clock } = ports;
  const ahead = (date ?? Date.now)() - clock.now();
  const toDate = (at: Instant) => at + ahead;
  const tools = { backoff: fullJitter(random), seal, toDate };
  const outbox = keeping(new URL(config.wsAddr).origin, {
    store,
    tabs,
    clock,
    toDate,
    fromDate: (time) => time - ahead,
    dispatch: (event) => {
      // What comes back too late is for the session after this one, which asks for itself.
      if (!isOver) driver.dispatch(event);
    },
  });
  const driver = drive(config, { ...ports, step: makeStep(tools), settle, outbox });
  let histories = 0;
  let isOver = false;
  driver.dispatch({ type: 'start' });

  function settle(key: string, answer: Answer): void {
    const promise = pending.get(key);
    pending.delete(key);
    if ('ok' in answer) promise?.resolve(answer.ok);
    else promise?.reject(new ImError(answer.failure));
  }

  function answerTo<T>(key: string, ask: () => void): Promise<T> {
    const answer = deferred();
    pending.set(key, answer);
    ask();
    return answer.promise as Promise<T>;
  }

  function chosen(dlgId: string | undefined): DlgId {
    const known = dlgId ?? driver.state.conversation?.dlgId;
    if (known === undefined) throw new ImError(failure('sdk.no_conversation'));
    return id<DlgId>(known);
  }

  function sendNow(payload: Payload, options: SendOptions): Promise<Stored> {
    const dlgId = chosen(options.dlgId);
    const clientMsgId = id<ClientMsgId>(options.clientMsgId ?? newClientMsgId());
    const key = sendKey(dlgId, clientMsgId);
    const known = pending.get(key);
    if (known) return known.promise as Promise<Stored>;

    const plaintext = plaintextOf(payload);
    const { rings, credentials, config } = driver.state;
    const dlgKey = rings.get(dlgId);
    if (dlgKey === undefined) throw new ImError(failure('sdk.no_key'));
    const fromuid = credentials?.uid ?? config.fromuid;
    const content =
      sameAsBefore(find(driver.state.outbox, { dlgId, clientMsgId })?.content, plaintext, dlgId, dlgKey) ??
      seal(plaintext, { dlgId, dlgKey, fromuid, clientMsgId });
    const frame = checkedFrame({ op: 'send', dlgId, clientMsgId, content }, 'send');
    return answerTo(key, () => driver.dispatch({ ...frame, type: 'send' }));
  }

  function retryNow({ dlgId, clientMsgId }: MessageName): Promise<Stored> {
    const key = sendKey(dlgId, clientMsgId);
    const entry = find(driver.state.outbox, { dlgId, clientMsgId });
    const known = pending.get(key);
    if (known) return known.promise as Promise<Stored>;
    if (!entry || !hasFailed(entry)) throw wrongArgument('retry: expected a failed message of `outbox()`.');
    const { content } = entry;
    return answerTo(key, () => driver.dispatch({ type: 'send', dlgId, clientMsgId, content }));
  }

  function historyNow({ dlgId, ...range }: HistoryOptions): Promise<HistoryPage> {
    const key = `history ${++histories}`;
    const {
      op: _,
      id: __,
      dlgId: of,
      ...checked
    } = checkedFrame({ op: 'history', id: 0, dlgId: chosen(dlgId), ...range }, 'history');
    return answerTo(key, () => driver.dispatch({ type: 'history', dlgId: of, range: checked, key }));
  }

  return {
    bindUser({ token, uid }) {
      const { op: _, ...credentials } = checkedFrame({ op: 'bind', token, uid }, 'bindUser');
      driver.dispatch({ type: 'bindUser', credentials });
    },
    getState: () => isConnected(driver.state.connection),
    close: () => driver.dispatch({ type: 'stop' }),
    reconnect: () => driver.dispatch({ type: 'start' }),
    updateConfig({ dlgId: given, dlgKey }) {
      const { dlgId } = checkedFrame({ op: 'leave', dlgId: given }, 'updateConfig');
      driver.dispatch({ type: 'choose', dlgId, ...(dlgKey && { dlgKey: checkedKey(dlgKey) }) });
    },
    markRead(seq) {
      driver.dispatch({
        type: 'read',
        seq: checkedFrame({ op: 'read', dlgId: chosen(undefined), seq }, 'markRead').seq,
      });
    },
    outbox: () => waitingHere({ state: driver.state, tools }),
    retry: (message) => handled(() => retryNow(message)),
    discard: ({ dlgId, clientMsgId }) => driver.dispatch({ type: 'discard', dlgId, clientMsgId }),
    typing: (isTyping) => driver.dispatch({ type: 'typing', isTyping }),
    send: (payload, options = {}) => handled(() => sendNow(payload, options)),
    history: (options = {}) => handled(() => historyNow(options)),
    dispose: () => {
      driver.dispose();
      isOver = true;
      outbox.leave();
    },
  };
}

/** @throws {ImError} sdk.bad_argument */
export function checkedConfig({ wsAddr, dlgId, dlgKey, user, getToken }: ImConfig): ClientConfig {
  const fromuid = user?.fromuid;
  if (typeof fromuid !== 'string' || fromuid === '') throw wrongArgument('user.fromuid: expected the id of the user.');
  return {
    wsAddr: checkedAddress(wsAddr),
    fromuid: id<UserId>(fromuid),
    canAsk: getToken !== undefined,
    sid: id<Sid>(toBase64url(crypto.getRandomValues(new Uint8Array(16)))),
    ...(dlgId && { dlgId: checkedFrame({ op: 'leave', dlgId }, 'getInstance').dlgId }),
    ...(dlgId && dlgKey && { dlgKey: checkedKey(dlgKey) }),
  };
}

/** The bytes of the first try, if this is a retry of that message. */
function sameAsBefore(content: string | undefined, plaintext: string, dlgId: DlgId, dlgKey: string) {
  try {
    return content !== undefined && open(content, dlgId, dlgKey) === plaintext ? content : undefined;
  } catch {
    return undefined;
  }
}

interface Deferred {
  promise: Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: ImError): void;
}

function deferred(): Deferred {
  let resolve: Deferred['resolve'] = () => {};
  let reject: Deferred['reject'] = () => {};
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A promise that may be left alone: what becomes of a message is told by the event `outbox` as well. */
export function handled<T>(begin: () => Promise<T>): Promise<T> {
  let promise: Promise<T>;
  try {
    promise = begin();
  } catch (error) {
    promise = Promise.reject(error);
  }
  promise.catch(() => {});
  return promise;
}
