import { Im, ImError, type HistoryPage } from '@trialogue/sdk';
import { WebSocket } from 'ws';

import { ANY_CONTENT, type Row } from '../history/event.ts';
import { fingerprint } from '../history/fingerprint.ts';
import type { History } from '../history/writer.ts';
import { sleep } from '../time.ts';
import type { Client, Ears } from './client.ts';
import type { Seat } from './seats.ts';

export interface SdkClientOptions {
  proc: string;
  seat: Seat;
  url: () => string;
  history: History;
  ears: Ears;
  /** Sends that it hands to the SDK before the first is answered. */
  atOnce?: number;
  gapMs?: () => number;
}

const PAGE = 200;
const AGAIN_MS = 100;

/**
 * The SDK as an application uses it, in one conversation. What is written down is what the application is given, and
 * the content is what was opened: the fingerprint is of the text, from end to end.
 */
export class SdkClient implements Client {
  readonly proc: string;
  isSending = false;
  readonly #options: SdkClientOptions;
  readonly #dlg: string;
  readonly #im: Im;
  #socket: WebSocket | undefined;
  #isOpen = false;
  readonly #onOpened: (() => void)[] = [];
  #openedAt = 0;
  #homeSince: number | undefined;
  /** Its conversation's log, as histories call it; empty until the first one was opened. */
  #log = '';
  #seen = 0;
  #goal = 0;
  #head = 0;
  #underWay = 0;
  #sent = 0;
  #isStopped = false;

  constructor(options: SdkClientOptions) {
    this.#options = options;
    this.proc = options.proc;
    this.#dlg = options.seat.dlgIds[0] ?? '';
    const keep = (socket: WebSocket) => (this.#socket = socket);
    // So that its connection can be cut from outside.
    const Kept = class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        keep(this);
      }
    };
    this.#im = new Im({ WebSocket: Kept });
  }

  start(): void {
    const { seat, url } = this.#options;
    const im = this.#im;
    im.on('opened', ({ head, logEpoch }) => {
      const log = `${this.#dlg}@${logEpoch}`;
      if (log !== this.#log) {
        if (this.#log !== '') this.#options.ears.renewed(this, this.#dlg);
        this.#log = log;
        this.#seen = this.#head = head;
        this.#tell({ f: 'sync', dlg: log, head });
      }
      this.#isOpen = true;
      for (const go of this.#onOpened.splice(0)) go();
      this.#openedAt = performance.now();
      this.#goal = head;
      this.#head = Math.max(this.#head, head);
      this.#lookHome();
      this.wake();
    });
    im.on('message', ({ seq, msgId, fromuid, clientMsgId, payload }) => {
      const h = payload?.type === 'text' ? fingerprint(String(payload['text'])) : ANY_CONTENT;
      this.#tell({ f: 'recv', dlg: this.#log, seq, mid: msgId, from: fromuid, cid: clientMsgId, h });
      this.#seen = Math.max(this.#seen, seq);
      this.#head = Math.max(this.#head, seq);
      this.#lookHome();
    });
    im.on('head', ({ dlgId, head }) => {
      if (dlgId === this.#dlg) this.#head = Math.max(this.#head, head);
    });
    im.on('close', ({ code, reason, willReconnect }) => {
      this.#isOpen = false;
      this.#homeSince = undefined;
      this.#tell({ f: 'close', code, why: reason });
      this.#options.ears.closed(this, code, reason);
      // It was told to stay away, because of what the network made of its frames. A user would load the page anew.
      if (!willReconnect && !this.#isStopped) setTimeout(() => !this.#isStopped && im.socket.reconnect(), AGAIN_MS);
    });
    im.getInstance({
      wsAddr: url(),
      dlgId: this.#dlg,
      dlgKey: '',
      user: { fromuid: seat.userId },
      getToken: () => seat.token,
      handler: { onConnect: () => this.#tell({ f: 'conn' }) },
    });
    im.socket.bindUser({ token: seat.token, uid: seat.userId });
  }

  isIdle(): boolean {
    return this.#underWay === 0;
  }

  homeSince(): number | undefined {
    return this.#homeSince;
  }

  stands(): { dlg: string; seen: number; head: number }[] {
    return [{ dlg: this.#log, seen: this.#seen, head: this.#head }];
  }

  wake(): void {
    while (this.isSending && this.#log !== '' && this.#underWay < (this.#options.atOnce ?? 3)) void this.#send();
  }

  cut(): void {
    this.#socket?.terminate();
  }

  stop(): void {
    this.#isStopped = true;
    this.#im.socket.close();
    this.#socket?.terminate();
  }

  async readAll(log: string, { isFinal = true } = {}): Promise<void> {
    for (let after = 0, more = true; more;) {
      const { list, head, hasMore } = await this.#page(after);
      const rows = list.map(({ seq, msgId, fromuid, clientMsgId, payload }): Row => {
        const h = payload?.type === 'text' ? fingerprint(String(payload['text'])) : ANY_CONTENT;
        return [seq, msgId, fromuid, clientMsgId, h];
      });
      this.#tell({ f: 'hist', dlg: log, after, head, more: hasMore, list: rows, ...(isFinal && { final: true }) });
      after = list.at(-1)?.seq ?? after;
      more = hasMore;
    }
  }

  /** After a loss the SDK may be answered before it knows which log it is in; the history has to say which. */
  async #opened(): Promise<void> {
    if (!this.#isOpen && !this.#isStopped) await new Promise<void>((resolve) => this.#onOpened.push(resolve));
  }

  async #page(after: number): Promise<HistoryPage> {
    for (;;) {
      try {
        return await this.#im.socket.history({ dlgId: this.#dlg, after, limit: PAGE });
      } catch (error) {
        if (!(error instanceof ImError) || error.retry !== 'later') throw error;
        await sleep(AGAIN_MS);
      }
    }
  }

  async #send(): Promise<void> {
    this.#underWay++;
    const cid = `${this.proc}-${(this.#sent++).toString(36)}`;
    const text = `${cid} of ${this.proc}`;
    const named = () => ({ dlg: this.#log, from: this.#options.seat.userId, cid });
    for (let isSettled = false; !isSettled && !this.#isStopped;) {
      this.#tell({ f: 'send', h: fingerprint(text), ...named() });
      try {
        const { seq, msgId } = await this.#im.socket.send(
          { type: 'text', text },
          { clientMsgId: cid, dlgId: this.#dlg },
        );
        await this.#opened();
        this.#tell({ f: 'ack', seq, mid: msgId, ...named() });
        this.#head = Math.max(this.#head, seq);
        this.#options.ears.acked(this, this.#openedAt);
        isSettled = true;
      } catch (error) {
        isSettled = this.#failed(error, named());
        if (!isSettled) await sleep(AGAIN_MS);
      }
    }
    await sleep(this.#options.gapMs?.() ?? 0);
    this.#underWay--;
    this.wake();
  }

  /** Whether nothing more is to be done about a message. */
  #failed(error: unknown, named: { dlg: string; from: string; cid: string }): boolean {
    if (!(error instanceof ImError)) throw error;
    const { error: name, outcome, retry } = error;
    this.#options.ears.refused(this, name);
    if (outcome === 'unknown') {
      this.#tell({ f: 'info', why: name, ...named });
      return false;
    }
    // What the SDK itself says of its own state is no answer of the server.
    const isFinal = retry === 'never' && !name.startsWith('sdk.');
    this.#tell({ f: 'nack', error: name, final: isFinal, ...named });
    return isFinal;
  }

  #lookHome(): void {
    if (this.#isOpen && this.#homeSince === undefined && this.#seen >= this.#goal) this.#homeSince = performance.now();
  }

  #tell(what: Parameters<History['tell']>[1]): void {
    this.#options.history.tell(this.proc, what);
  }
}
