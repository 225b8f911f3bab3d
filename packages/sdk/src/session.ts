import { open, seal, toBase64url } from '@trialogue/crypto';
import {
  clientMsgId as clientMsgIdShape,
  credentials,
  id,
  range,
  seq as seqShape,
  type DlgId,
  type Sid,
} from '@trialogue/protocol';

import { checked, checkedAddress, checkedDlgId, checkedKey, plaintextOf, wrongArgument } from './arguments.ts';
import { attempt } from './attempt.ts';
import { fetchPage, makeStep, send, start, stop } from './client/client.ts';
import { choose, readUpTo, type } from './client/following.ts';
import { bindUser } from './client/link.ts';
import { sendKey, userOf, type ClientConfig, type ClientState } from './client/state.ts';
import type { Tools } from './client/turn.ts';
import { discard, waitingOf } from './client/waiting.ts';
import { newClientMsgId } from './clientMsgId.ts';
import { fullJitter } from './connection/backoff.ts';
import type { Clock } from './connection/clock.ts';
import { idle, isConnected } from './connection/connection.ts';
import { drive, type Driver } from './connection/driver.ts';
import type { Wakes } from './connection/wakes.ts';
import { imError } from './errors.ts';
import type { Told } from './events.ts';
import { keeping } from './outbox/keeping.ts';
import { find, hasFailed } from './outbox/outbox.ts';
import type { OutboxStore } from './outbox/store.ts';
import type { Tabs } from './outbox/tabs.ts';
import { promises } from './promises.ts';
import type { ImConfig, ImSocket } from './socket.ts';
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
export interface Running extends Driver {
  tools: Tools;
  ask: ReturnType<typeof promises>['ask'];
}

/** Starts a connection. */
export function run(config: ClientConfig, ports: SessionPorts): Running {
  const { clock, random, tell, date = Date.now } = ports;
  const ahead = date() - clock.now();
  const tools: Tools = { backoff: fullJitter(random), seal, toDate: (at) => at + ahead };
  const dispatch: Driver['dispatch'] = (happening) => driver.dispatch(happening);
  const { ask, settle } = promises(dispatch);
  const { leave, ...outbox } = keeping(new URL(config.wsAddr).origin, ahead, ports, dispatch);
  const driver = drive(config, { ...ports, step: makeStep(tools), outside: { ...outbox, tell, settle } });
  dispatch(start);
  return {
    get state() {
      return driver.state;
    },
    tools,
    ask,
    dispatch,
    dispose() {
      driver.dispose();
      leave();
    },
  };
}

/** What the application does with what is running now. */
export function socketOf(now: () => Running | undefined): ImSocket {
  let histories = 0;

  function running(): Running {
    const it = now();
    if (!it) throw imError('sdk.not_started', 'call getInstance first');
    return it;
  }

  return {
    bindUser(user) {
      const given = checked(credentials, user, 'bindUser');
      running().dispatch((turn) => bindUser(turn, given));
    },
    getState: () => isConnected(now()?.state.connection ?? idle),
    close: () => now()?.dispatch(stop),
    reconnect: () => running().dispatch(start),
    updateConfig({ dlgId: given, dlgKey }) {
      const dlgId = checkedDlgId(given, 'updateConfig');
      const key = dlgKey ? checkedKey(dlgKey) : undefined;
      running().dispatch((turn) => choose(turn, dlgId, key));
    },
    send: (payload, { dlgId: given, clientMsgId: asked = newClientMsgId() } = {}) =>
      handled(() => {
        const { state, ask } = running();
        const dlgId = chosen(state, given);
        const name = { dlgId, clientMsgId: checked(clientMsgIdShape(), asked, 'send.clientMsgId') };
        return ask(sendKey(name), () => {
          const plaintext = plaintextOf(payload);
          const dlgKey = state.rings.get(dlgId);
          if (dlgKey === undefined) throw imError('sdk.no_key', 'give dlgKey, or wait for the event `opened`');
          // A retry of the same words: the bytes of the first try.
          const before = find(state.unsent, name)?.content ?? '';
          const isSame = attempt(() => open(before, dlgId, dlgKey) === plaintext, false);
          const content = isSame ? before : seal(plaintext, { ...name, dlgKey, fromuid: userOf(state) });
          return (turn) => send(turn, { ...name, content });
        });
      }),
    history: (options = {}) =>
      handled(() => {
        const { state, ask } = running();
        const key = `history ${++histories}`;
        const dlgId = checkedDlgId(chosen(state, options.dlgId), 'history');
        const asked = checked(range, options, 'history');
        return ask(key, () => (turn) => fetchPage(turn, dlgId, asked, key));
      }),
    outbox() {
      const { state, tools } = now() ?? {};
      return state && tools ? state.unsent.map((entry) => waitingOf(state, tools, entry)) : [];
    },
    retry: (name) =>
      handled(() => {
        const { state, ask } = running();
        return ask(sendKey(name), () => {
          const entry = find(state.unsent, name);
          if (!entry || !hasFailed(entry)) throw wrongArgument('retry: expected a failed message of `outbox()`');
          return (turn) => send(turn, entry);
        });
      }),
    discard: (name) => running().dispatch((turn) => discard(turn, name)),
    typing: (isTyping) => running().dispatch((turn) => type(turn, isTyping)),
    markRead(seq) {
      const { state, dispatch } = running();
      chosen(state);
      const readSeq = checked(seqShape(), seq, 'markRead.seq');
      dispatch((turn) => readUpTo(turn, readSeq));
    },
  };
}

/** @throws {ImError} sdk.bad_argument */
export function checkedConfig({ wsAddr, dlgId, dlgKey, user, getToken }: ImConfig): ClientConfig {
  return {
    wsAddr: checkedAddress(wsAddr),
    fromuid: checked(credentials.fields.uid, user?.fromuid, 'user.fromuid'),
    canAsk: getToken !== undefined,
    sid: id<Sid>(toBase64url(crypto.getRandomValues(new Uint8Array(16)))),
    ...(dlgId && { dlgId: checkedDlgId(dlgId, 'getInstance') }),
    ...(dlgId && dlgKey && { dlgKey: checkedKey(dlgKey) }),
  };
}

function chosen({ conversation }: ClientState, dlgId: string | undefined = conversation?.dlgId): DlgId {
  if (dlgId === undefined) throw imError('sdk.no_conversation', 'give dlgId, or call updateConfig');
  return id<DlgId>(dlgId);
}

/** A promise that may be left alone: what becomes of a message is told by the event `outbox` as well. */
function handled<T>(begin: () => Promise<T>): Promise<T> {
  const promise = new Promise<T>((resolve) => resolve(begin()));
  promise.catch(() => {});
  return promise;
}

/** One connection with what the application does with it, for whoever keeps them apart by himself. */
export interface Session extends ImSocket {
  /** Closes it for good. */
  dispose(): void;
}

export function openSession(config: ClientConfig, ports: SessionPorts): Session {
  const running = run(config, ports);
  return { ...socketOf(() => running), dispose: running.dispose };
}
