import { randomBytes } from 'node:crypto';

import { seal } from '@trialogue/crypto';
import { afterClose, retryOf, SUBPROTOCOL, type ServerFrame, type ServerFrameOf } from '@trialogue/protocol';
import type { Random } from '@trialogue/testkit';
import { WebSocket } from 'ws';

import { ANY_CONTENT, type Happening, type Row } from '../history/event.ts';
import { fingerprint } from '../history/fingerprint.ts';
import type { History } from '../history/writer.ts';
import type { Client, Ears } from './client.ts';
import type { Seat } from './seats.ts';

/** A message that is not answered yet. The content is made once and sent again as it is. */
interface Pending {
  cid: string;
  content: string;
  h: string;
  /** Handed to the connection that is open now. */
  isOut: boolean;
  /** The connection was lost before an answer came, and it is not to be sent again. */
  isGivenUp: boolean;
  /** It was met in the log. */
  isStored: boolean;
  timer?: NodeJS.Timeout | undefined;
}

interface Place {
  dlg: string;
  /** Its log, as histories call it: a log that was restored is another one (I18). */
  log: string;
  logEpoch: string;
  dlgKey: string;
  isOpen: boolean;
  /** Read up to here from the log, without a hole. */
  synced: number;
  /** The live stream of this connection: behind `liveFrom - 1`, up to `live`. */
  liveFrom: number;
  live: number;
  head: number;
  isReading: boolean;
  pending: Pending | undefined;
  sent: number;
}

type Page = ServerFrameOf<'page'>;

export interface WireClientOptions {
  proc: string;
  seat: Seat;
  url: () => string;
  history: History;
  random: Random;
  ears: Ears;
  /** Until the next message, once one is answered. */
  gapMs?: () => number;
  /** Until it dials again; `attempt` counts from 0 since it was home last. */
  backMs?: (attempt: number) => number;
  /** What a lost connection left without an answer is not sent again, but looked for: it is there, or never will be (I28). */
  givesUp?: boolean;
  textLength?: number;
  /** Takes down how long each message was on its way, from the first send of its sender on. */
  watches?: boolean;
}

/** When a message was first sent, by its id; for clients of this process that watch. */
const sentAt = new Map<string, number>();
const WATCHED_MOST = 10_000;

const ANSWER_MS = 10_000;
const BIND_MS = 8_000;
const SILENCE_MS = 40_000;
const LATE_MS = 1_500;
const PAGE = 200;

/**
 * A client that speaks the bare protocol, and writes down what it hears as it hears it: no reordering, no taking out of
 * repeats, so that the server's own promises are seen. One message of a conversation is under way at a time.
 */
export class WireClient implements Client {
  readonly proc: string;
  isSending = false;
  readonly #options: WireClientOptions;
  readonly #places: Map<string, Place>;
  readonly #sid = randomBytes(16).toString('base64url');
  #fence = 0;
  #attempt = 0;
  #socket: WebSocket | undefined;
  #openedAt = 0;
  #heardAt = 0;
  #isBound = false;
  #homeSince: number | undefined;
  #isStopped = false;
  #nextId = 1;
  readonly #asked = new Map<number, { place: Place; after: number; take: (page: Page) => void }>();
  #delays: number[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: WireClientOptions) {
    this.#options = options;
    this.proc = options.proc;
    this.#places = new Map(
      options.seat.dlgIds.map((dlg) => [
        dlg,
        {
          dlg,
          log: dlg,
          logEpoch: '',
          dlgKey: '',
          isOpen: false,
          synced: 0,
          liveFrom: 1,
          live: 0,
          head: 0,
          isReading: false,
          pending: undefined,
          sent: 0,
        },
      ]),
    );
  }

  start(): void {
    this.#dial();
    this.#every(5_000, () => {
      if (this.#socket && performance.now() - this.#heardAt > SILENCE_MS) this.#socket.terminate();
    });
  }

  isIdle(): boolean {
    return [...this.#places.values()].every(({ pending }) => pending === undefined);
  }

  homeSince(): number | undefined {
    return this.#homeSince;
  }

  stands(): { dlg: string; seen: number; head: number }[] {
    return [...this.#places.values()].map((place) => ({ dlg: place.log, seen: seenOf(place), head: place.head }));
  }

  cut(): void {
    this.#socket?.terminate();
  }

  /** How long each message was on its way that came since the last call. */
  takeDelays(): number[] {
    const delays = this.#delays;
    this.#delays = [];
    return delays;
  }

  /** Stops reading from the network, as a phone in a tunnel does. */
  pauseReading(): void {
    this.#socket?.pause();
  }

  resumeReading(): void {
    this.#socket?.resume();
  }

  stop(): void {
    this.#isStopped = true;
    for (const timer of this.#timers) clearTimeout(timer);
    for (const place of this.#places.values()) clearTimeout(place.pending?.timer);
    this.#socket?.terminate();
  }

  /** Sends on, where nothing is under way. */
  wake(): void {
    for (const place of this.#places.values()) if (place.isOpen) this.#sendNext(place);
  }

  /** Reads the whole log of a conversation, page by page, and writes it down. */
  async readAll(log: string, { isFinal = true } = {}): Promise<void> {
    const place = [...this.#places.values()].find((each) => each.log === log);
    if (!place) throw new Error(`${this.proc} is not in ${log}`);
    for (let after = 0, more = true; more;) {
      const page = await this.#readPage(place, after);
      this.#tellPage(place, after, page, isFinal);
      after = page.list.at(-1)?.seq ?? after;
      more = page.hasMore;
    }
  }

  #readPage(place: Place, after: number): Promise<Page> {
    return new Promise((resolve, reject) => {
      const late = this.#in(30_000, () =>
        reject(new Error(`${this.proc}: a page of ${place.dlg} did not come in 30 s`)),
      );
      this.#ask(place, after, (page) => {
        clearTimeout(late);
        resolve(page);
      });
    });
  }

  #dial(): void {
    if (this.#isStopped) return;
    const socket = new WebSocket(this.#options.url(), [SUBPROTOCOL], {
      perMessageDeflate: false,
      skipUTF8Validation: true,
    });
    this.#socket = socket;
    const early = this.#in(BIND_MS, () => !this.#isBound && socket.terminate());
    socket.on('open', () => {
      this.#openedAt = this.#heardAt = performance.now();
      this.#tell({ f: 'conn' });
    });
    socket.on('message', (data) => {
      this.#heardAt = performance.now();
      this.#hear(JSON.parse((data as Buffer).toString()) as ServerFrame);
    });
    socket.on('error', () => {});
    socket.on('close', (code, reason) => {
      clearTimeout(early);
      if (this.#socket === socket) this.#lost(code, reason.toString());
    });
  }

  #lost(code: number, why: string): void {
    const wasOpen = this.#openedAt > 0;
    if (wasOpen) this.#tell({ f: 'close', code, why });
    this.#socket = undefined;
    this.#openedAt = 0;
    this.#isBound = false;
    this.#homeSince = undefined;
    this.#asked.clear();
    for (const place of this.#places.values()) {
      place.isOpen = false;
      place.isReading = false;
      // What came live behind a gap in what was read is read again from the log.
      place.synced = seenOf(place);
      if (place.pending?.isOut) {
        place.pending.isGivenUp = this.#options.givesUp === true;
        this.#unknown(place, place.pending, 'lost');
      }
    }
    if (wasOpen) this.#options.ears.closed(this, code, why);
    if (afterClose(code) === 'comeBack')
      this.#in(this.#options.backMs?.(this.#attempt++) ?? this.#options.random.between(20, 120), () => this.#dial());
  }

  #hear(frame: ServerFrame): void {
    switch (frame.op) {
      case 'hello':
        const { token, userId } = this.#options.seat;
        return this.#say({ op: 'bind', token, uid: userId, sid: this.#sid, fence: ++this.#fence });
      case 'bound':
        this.#isBound = true;
        for (const place of this.#places.values()) this.#open(place);
        return;
      case 'opened':
        return this.#opened(frame);
      case 'page':
        return this.#took(frame);
      case 'message':
        return this.#received(frame);
      case 'ack':
        return this.#acked(frame);
      case 'nack':
        return this.#refused(frame);
      case 'head':
        return this.#toldHead(frame.dlgId, frame.head);
      case 'ping':
        this.#say({ op: 'pong' });
        for (const { dlgId, head } of frame.heads) this.#toldHead(dlgId, head);
        return;
      case 'receipt':
        return this.#tell({
          f: 'read',
          dlg: frame.dlgId,
          user: frame.userId,
          delivered: frame.deliveredSeq,
          read: frame.readSeq,
        });
      case 'refused':
        return this.#askAgain(frame);
      // What is drained is closed in a moment; the rest is not of the log.
      case 'drain':
      case 'key':
      case 'left':
      case 'typing':
      case 'presence':
        return;
    }
  }

  #open(place: Place): void {
    const id = this.#nextId++;
    this.#asked.set(id, { place, after: -1, take: () => {} });
    this.#say({ op: 'open', id, dlgId: place.dlg });
  }

  #opened({ dlgId, head, dlgKey, logEpoch }: ServerFrameOf<'opened'>): void {
    const place = this.#places.get(dlgId);
    if (!place) return;
    if (logEpoch !== place.logEpoch) {
      if (place.logEpoch !== '') this.#options.ears.renewed(this, dlgId);
      // What was held is of another log.
      Object.assign(place, { log: `${dlgId}@${logEpoch}`, logEpoch, synced: 0, head: 0 });
    }
    this.#tell({ f: 'sync', dlg: dlgId, head });
    Object.assign(place, { isOpen: true, dlgKey, liveFrom: head + 1, live: head, head: Math.max(head, place.head) });
    this.#catchUp(place);
    this.#lookHome();
    this.#sendNext(place);
  }

  /** Reads the log from what it holds to `goal`: by default to where the live stream began. */
  #catchUp(place: Place, goal = place.liveFrom - 1): void {
    if (place.isReading || !place.isOpen || seenOf(place) >= goal) return;
    place.isReading = true;
    place.synced = seenOf(place);
    this.#ask(place, place.synced, (page) => {
      this.#tellPage(place, place.synced, page, false);
      place.isReading = false;
      const last = page.list.at(-1)?.seq ?? place.synced;
      if (last <= place.synced) return void this.#in(200, () => this.#catchUp(place, goal));
      place.synced = last;
      this.#catchUp(place, goal);
      this.#lookHome();
      this.#giveUp(place);
    });
  }

  /** What was told of and does not come live in a while is in the log. */
  #toldHead(dlg: string, head: number): void {
    const place = this.#places.get(dlg);
    if (!place || head <= place.head) return;
    place.head = head;
    this.#in(LATE_MS, () => this.#catchUp(place, head));
  }

  #received({
    dlgId,
    seq,
    msgId,
    fromuid,
    clientMsgId,
    content,
    sentAt: ts,
    recalledAt,
  }: ServerFrameOf<'message'>): void {
    const place = this.#places.get(dlgId);
    const h = recalledAt === undefined ? fingerprint(content) : ANY_CONTENT;
    this.#tell({ f: 'recv', dlg: dlgId, seq, mid: msgId, from: fromuid, cid: clientMsgId, h, ts });
    if (!place) return;
    if (place.pending?.cid === clientMsgId) place.pending.isStored = true;
    place.live = Math.max(place.live, seq);
    place.head = Math.max(place.head, seq);
    const since = this.#options.watches ? sentAt.get(clientMsgId) : undefined;
    if (since !== undefined) this.#delays.push(performance.now() - since);
  }

  #took(page: Page): void {
    const asked = this.#asked.get(page.id);
    this.#asked.delete(page.id);
    if (!asked) return;
    asked.place.head = Math.max(asked.place.head, page.head);
    asked.take(page);
  }

  #tellPage({ dlg, pending }: Place, after: number, { list, head, hasMore }: Page, isFinal: boolean): void {
    if (list.some(({ clientMsgId }) => clientMsgId === pending?.cid) && pending) pending.isStored = true;
    const rows = list.map(({ seq, msgId, fromuid, clientMsgId, content, recalledAt }): Row => [
      seq,
      msgId,
      fromuid,
      clientMsgId,
      recalledAt === undefined ? fingerprint(content) : ANY_CONTENT,
    ]);
    this.#tell({ f: 'hist', dlg, after, head, more: hasMore, list: rows, ...(isFinal && { final: true }) });
  }

  #lookHome(): void {
    if (this.#homeSince !== undefined) return;
    const places = [...this.#places.values()];
    if (!places.every((place) => place.isOpen && place.synced >= place.liveFrom - 1)) return;
    this.#homeSince = performance.now();
    this.#attempt = 0;
  }

  #sendNext(place: Place): void {
    if (!place.isOpen) return;
    if (!place.pending) {
      if (!this.isSending) return;
      place.pending = this.#compose(place);
    }
    if (place.pending.isGivenUp) this.#giveUp(place);
    else if (!place.pending.isOut) this.#hand(place, place.pending);
  }

  /** Once the log was read as far as it went when this connection was bound. */
  #giveUp(place: Place): void {
    const { dlg, pending } = place;
    if (!pending?.isGivenUp || place.synced < place.liveFrom - 1) return;
    if (!pending.isStored) this.#tell({ f: 'fenced', dlg, from: this.#options.seat.userId, cid: pending.cid });
    this.#done(place);
  }

  #compose(place: Place): Pending {
    const { seat, textLength = 60 } = this.#options;
    const cid = `${this.proc}-${(place.sent++).toString(36)}`;
    const payload = JSON.stringify({ type: 'text', text: `${cid} `.padEnd(textLength, '.') });
    const content = seal(payload, { dlgId: place.dlg, dlgKey: place.dlgKey, fromuid: seat.userId, clientMsgId: cid });
    if (this.#options.watches) {
      sentAt.set(cid, performance.now());
      if (sentAt.size > WATCHED_MOST) sentAt.delete(sentAt.keys().next().value ?? '');
    }
    return { cid, content, h: fingerprint(content), isOut: false, isGivenUp: false, isStored: false };
  }

  #hand(place: Place, pending: Pending): void {
    pending.isOut = true;
    const { cid, content, h } = pending;
    this.#tell({ f: 'send', dlg: place.dlg, from: this.#options.seat.userId, cid, h });
    this.#say({ op: 'send', dlgId: place.dlg, clientMsgId: cid, content });
    pending.timer = setTimeout(() => {
      this.#unknown(place, pending, 'no answer');
      if (place.isOpen) this.#hand(place, pending);
    }, ANSWER_MS);
  }

  #unknown(place: Place, pending: Pending, why: string): void {
    clearTimeout(pending.timer);
    pending.isOut = false;
    this.#tell({ f: 'info', dlg: place.dlg, from: this.#options.seat.userId, cid: pending.cid, why });
  }

  #acked({ dlgId, clientMsgId, seq, msgId }: ServerFrameOf<'ack'>): void {
    const place = this.#places.get(dlgId);
    this.#tell({ f: 'ack', dlg: dlgId, from: this.#options.seat.userId, cid: clientMsgId, seq, mid: msgId });
    if (place) place.head = Math.max(place.head, seq);
    if (place?.pending?.cid !== clientMsgId) return;
    this.#options.ears.acked(this, this.#openedAt);
    this.#done(place);
  }

  #refused({ dlgId, clientMsgId, error, retryAfterMs }: ServerFrameOf<'nack'>): void {
    const place = this.#places.get(dlgId);
    const isFinal = retryOf(error) === 'never';
    this.#tell({ f: 'nack', dlg: dlgId, from: this.#options.seat.userId, cid: clientMsgId, error, final: isFinal });
    this.#options.ears.refused(this, error);
    const pending = place?.pending;
    if (!place || pending?.cid !== clientMsgId) return;
    if (isFinal) return this.#done(place);
    clearTimeout(pending.timer);
    pending.isOut = false;
    this.#in(retryAfterMs ?? this.#options.random.between(50, 250), () => this.#sendNext(place));
  }

  #done(place: Place): void {
    clearTimeout(place.pending?.timer);
    place.pending = undefined;
    const gapMs = this.#options.gapMs?.() ?? 0;
    if (gapMs > 0) this.#in(gapMs, () => this.#sendNext(place));
    else this.#sendNext(place);
  }

  #ask(place: Place, after: number, take: (page: Page) => void): void {
    const id = this.#nextId++;
    this.#asked.set(id, { place, after, take });
    this.#say({ op: 'history', id, dlgId: place.dlg, after, limit: PAGE });
  }

  /** An `open` or `history` was refused for now. */
  #askAgain({ id, error, retryAfterMs }: ServerFrameOf<'refused'>): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (!asked) return;
    this.#options.ears.refused(this, error);
    this.#in(retryAfterMs ?? 100, () => {
      if (!this.#isBound) return;
      if (asked.after < 0) this.#open(asked.place);
      else this.#ask(asked.place, asked.after, asked.take);
    });
  }

  #say(frame: { op: string; [field: string]: unknown }): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #tell(what: Happening): void {
    if ('dlg' in what) what.dlg = this.#places.get(what.dlg)?.log ?? what.dlg;
    this.#options.history.tell(this.proc, what);
  }

  #in(ms: number, work: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      if (!this.#isStopped) work();
    }, ms);
    this.#timers.add(timer);
    return timer;
  }

  #every(ms: number, work: () => void): void {
    this.#in(ms, () => {
      work();
      this.#every(ms, work);
    });
  }
}

/** What it holds without a hole below. */
const seenOf = ({ synced, liveFrom, live }: Place): number =>
  synced >= liveFrom - 1 ? Math.max(synced, live) : synced;
