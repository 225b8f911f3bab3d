import { ImDecryptError, open, seal, type SealedFor } from '@trialogue/crypto';

import { wrongArgument } from './arguments.ts';
import { newClientMsgId } from './clientMsgId.ts';
import { systemClock } from './connection/clock.ts';
import { browserWakes } from './connection/wakes.ts';
import { imError } from './errors.ts';
import type { ImEventName, ImEvents } from './events.ts';
import { Listeners } from './listeners.ts';
import { indexedDbStore } from './outbox/indexedDb.ts';
import { sturdy, type OutboxStore } from './outbox/store.ts';
import { browserTabs, onlyTab, type Tabs } from './outbox/tabs.ts';
import { checkedConfig, run, socketOf, type Running } from './session.ts';
import type { ImConfig, ImHandler, ImSocket } from './socket.ts';
import { dialWith, type WebSocketClass } from './transport/webSocket.ts';

export interface ImOptions {
  /** For where there is none built in, such as Node 20: the class of the package `ws`. */
  WebSocket?: WebSocketClass;
}

export type Decrypted = { ok: true; plaintext: string } | { ok: false; error: ImDecryptError };

/** The client of one page: `const imApp = new Im()`, made once. */
export class Im {
  /** What is done with the connection; see `ImSocket`. Not connected until `getInstance`. */
  readonly socket: ImSocket;
  readonly #WebSocket: WebSocketClass | undefined;
  readonly #listeners = new Listeners();
  #kept: { store: OutboxStore; tabs: Tabs } | undefined;
  #running: Running | undefined;

  constructor({ WebSocket }: ImOptions = {}) {
    this.#WebSocket = WebSocket;
    this.socket = socketOf(() => this.#running);
  }

  /**
   * Connects. The first thing to do in `onConnect` is `socket.bindUser`. A connection made before is closed.
   *
   * @throws {ImError} sdk.bad_argument, sdk.no_web_socket
   */
  getInstance(config: ImConfig): this {
    const builtIn: WebSocketClass | undefined = globalThis.WebSocket;
    const WebSocket = this.#WebSocket ?? builtIn;
    if (!WebSocket) throw imError('sdk.no_web_socket', 'hand one in, as new Im({ WebSocket })');
    const given: ImConfig | undefined = config;
    if (!given) throw wrongArgument('getInstance: expected { wsAddr, user, … }');
    const checked = checkedConfig(given);
    this.#running?.dispose();
    const own = new Listeners();
    listenWith(own, config.handler ?? {});
    this.#running = run(checked, {
      dial: dialWith(WebSocket),
      clock: systemClock,
      wakes: browserWakes,
      random: Math.random,
      ...(this.#kept ??= this.#keep()),
      tell: (told) => {
        own.tell(told);
        this.#listeners.tell(told);
      },
      getToken: config.getToken,
    });
    return this;
  }

  #keep(): { store: OutboxStore; tabs: Tabs } {
    const tell = (reason: string) => this.#listeners.tell({ name: 'outboxInMemory', detail: { reason } });
    const isPage = typeof document !== 'undefined';
    return { store: sturdy(indexedDbStore(), systemClock, tell), tabs: isPage ? browserTabs() : onlyTab };
  }

  /**
   * The plaintext of a message of history: its payload as JSON.
   *
   * @throws {ImDecryptError} when the content is not whole, not of that conversation, or not under that key.
   */
  decrypt(content: string, dlgId: string, dlgKey: string): string {
    return open(content, dlgId, dlgKey);
  }

  /** Like `decrypt`, for lists in which one bad row must not hide the others. */
  tryDecrypt(content: string, dlgId: string, dlgKey: string): Decrypted {
    try {
      return { ok: true, plaintext: open(content, dlgId, dlgKey) };
    } catch (error) {
      return { ok: false, error: error instanceof ImDecryptError ? error : new ImDecryptError('E_FORMAT') };
    }
  }

  /**
   * Seals a plaintext, for `sendMsg` over HTTP. Two calls give two contents: to try again, send the first one again.
   *
   * @throws {ImDecryptError} E_KEY
   */
  encrypt(plaintext: string, to: SealedFor): string {
    return seal(plaintext, to);
  }

  /** A new id for a message. Works on pages without https too. */
  newClientMsgId(): string {
    return newClientMsgId();
  }

  /** Hears an event, over all connections of this `Im`. Returns how to stop. */
  on<Name extends ImEventName>(event: Name, handler: (e: ImEvents[Name]) => void): () => void {
    return this.#listeners.on(event, handler);
  }
}

const HANDLERS: readonly (readonly [keyof ImHandler, ImEventName])[] = [
  ['onConnect', 'connect'],
  ['onBindUserSuccess', 'bound'],
  ['onMessage', 'message'],
  ['onClose', 'close'],
  ['onError', 'error'],
  ['onReConnect', 'reconnect'],
];

function listenWith(listeners: Listeners, handler: ImHandler): void {
  // Looked up at each call, so that a handler may be put in its place later.
  for (const [name, event] of HANDLERS) listeners.on(event, (e) => handler[name]?.(e as never));
}
