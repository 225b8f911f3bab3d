import {
  id,
  limits,
  type ClientMsgId,
  type DlgId,
  type Seq,
  type ServerFrame,
  type Sid,
  type UserId,
} from '@trialogue/protocol';
import { ImError, openSession, type Session, type Stored, type Told } from '@trialogue/sdk/core';
import { mal } from '@trialogue/testkit';

import type { Browser, BrowserPage } from './browser.ts';
import type { Range } from './check/pages.ts';
import { Redials } from './check/redials.ts';
import type { Ground } from './ground.ts';
import { opOf, type Connection, type End } from './network.ts';
import { Screen, isRefusal } from './screen.ts';

const GOING_AWAY = 1001;
const HTTP_MS = 200;
const SIGN_IN_MS = 1_000;

/** A send that was given up without an answer. */
interface Unknown {
  dlgId: DlgId;
  clientMsgId: ClientMsgId;
  text: string;
}

/** Somebody at a screen: the real client, a copy of what it shows, and what was typed. */
export class Person {
  /** Of the screen: somebody may sit at two of them. */
  readonly name: string;
  readonly userId: UserId;
  readonly screen: Screen;
  readonly unknown: Unknown[] = [];
  readonly #on: Ground;
  readonly #browser: Browser;
  #page: BrowserPage;
  /** Sends of this page that are not settled yet, or were told to be over because it was closed. */
  readonly #sent = new Map<string, Unknown & { isSettled: boolean }>();
  readonly #stale = new Set<string>();
  /** Whom `wakes` rings: the network or the page is back. */
  readonly #wakeUps = new Set<() => void>();
  #session: Session | undefined;
  #connection: Connection | undefined;
  #redials: Redials | undefined;
  #token = '';
  #isLive = false;
  #state = '';
  #hasKey = false;
  #typed = 0;
  #sessions = 0;
  #waiting = 0;
  dlgId: DlgId | undefined;
  /** The server said that we are no longer in it. */
  isOut = false;
  isClosed = true;

  constructor({ name, userId }: { name: string; userId: UserId }, browser: Browser, on: Ground) {
    this.name = name;
    this.userId = userId;
    this.#browser = browser;
    this.#page = browser.newPage();
    this.#on = on;
    this.screen = new Screen(userId, on, (range) => {
      if (!this.#session) throw new Error(`${name} has no page open`);
      return this.#session.history(range);
    });
  }

  /** Opens the page: a new client that knows nothing but what its browser has kept. */
  openPage(dlgId: DlgId): void {
    const { schedule, rng } = this.#on;
    this.#on.say(`${this.name} opens the page at ${dlgId}`);
    if (this.#session && rng.chance(0.5)) this.#loseThePage();
    else this.#leaveThePage();
    const page = this.#page;
    const number = ++this.#sessions;
    this.screen.startOver(`${this.name}#${number}`);
    this.dlgId = dlgId;
    this.isOut = false;
    this.isClosed = false;
    this.#hasKey = false;
    this.#isLive = false;
    this.#token = this.#on.newToken(this.userId) ?? this.#token;
    const redials = new Redials(this.name, schedule.now);
    this.#redials = redials;
    // Some pages can ask for a new token by themselves; the others are told that they have to.
    const canAsk = rng.chance(0.7);
    const session = openSession(
      {
        wsAddr: 'ws://node',
        fromuid: this.userId,
        dlgId,
        canAsk,
        sid: id<Sid>(`client-${number}-of-${this.name}-at-home`),
      },
      {
        dial: (_, end) => {
          const connection = this.#on.dial(this.#listening(page, end));
          this.#connection = connection;
          return {
            transmit: (text) => this.#transmit(connection, text),
            hangUp: () => connection.client.close(1000),
          };
        },
        clock: {
          now: schedule.now,
          setTimer: (ms, ring) => schedule.after(ms, `${this.name} due`, () => page.isOpen && ring()),
        },
        wakes: (wake) => {
          this.#wakeUps.add(wake);
          return () => void this.#wakeUps.delete(wake);
        },
        random: () => redials.drew(rng.next()),
        store: page.store,
        tabs: page.tabs,
        date: schedule.now,
        getToken: canAsk ? () => this.#askForToken(page) : undefined,
        tell: (told) => this.#hear(number, told),
      },
    );
    this.#session = session;
  }

  /** What is not sent yet is given up; if that is not written down before the next client looks, it sends it. */
  #leaveThePage(): void {
    const { checks } = this.#on;
    this.#session?.dispose();
    for (const { dlgId, clientMsgId } of this.#sent.values()) {
      checks.hold(() => checks.sends.pageGone({ dlgId, clientMsgId, fromuid: this.userId }, true));
    }
    this.#sent.clear();
  }

  /** The page is gone from one moment to the next; what it had sent off is what the browser has kept of it. */
  #loseThePage(): void {
    const { checks, seen } = this.#on;
    this.#page.close();
    this.#connection?.client.close(GOING_AWAY);
    this.#wakeUps.clear();
    for (const [key, { dlgId, clientMsgId, isSettled }] of this.#sent) {
      const kept = this.#browser.find(dlgId, clientMsgId);
      if (!isSettled) this.#waiting--;
      checks.hold(() => checks.sends.pageGone({ dlgId, clientMsgId, fromuid: this.userId }, isSettled));
      // What was given up waits for the person. That it was may not have been written down: then it goes out after all.
      if (!kept || kept.error !== undefined) continue;
      seen('page lost with a message to be sent');
      this.#browser.left.add(key);
    }
    this.#sent.clear();
    this.#page = this.#browser.newPage();
  }

  turnTo(dlgId: DlgId): void {
    if (!this.#session || this.isClosed) return;
    this.#on.say(`${this.name} turns to ${dlgId}`);
    if (dlgId !== this.dlgId) this.#on.seen('conversation changed');
    if (dlgId !== this.dlgId || this.isOut) {
      this.screen.chose();
      this.#hasKey = false;
    }
    this.dlgId = dlgId;
    this.isOut = false;
    this.#session.updateConfig({ dlgId });
  }

  /** Types something and presses "send". */
  type(): void {
    // The field to type in is there once the conversation is open.
    if (!this.dlgId || this.isClosed || !this.#hasKey) return;
    const number = ++this.#typed;
    this.#send({
      dlgId: this.dlgId,
      clientMsgId: `${this.name}-${number}` as ClientMsgId,
      text: `${this.name} says ${number} 你好`,
    });
  }

  /** Touches the keys, or stops. */
  touchKeys(isTyping: boolean): void {
    if (!this.isClosed) this.#session?.typing(isTyping);
  }

  /** Presses "send again" on a message of unknown fate. */
  sendAgain(): void {
    const again = this.isClosed ? undefined : this.unknown.shift();
    if (!again) return;
    this.#on.seen('send given up and sent again');
    this.#send(again);
  }

  readUpTo(seq: Seq): void {
    if (!this.isClosed && seq > 0) this.#session?.markRead(seq);
  }

  /** Scrolls somewhere. */
  async scroll(range: Range): Promise<void> {
    const { dlgId } = this;
    if (dlgId && !this.isClosed) await this.screen.page(dlgId, range).catch(isRefusal);
  }

  /** The highest place that the screen shows. */
  get seenUpTo(): Seq {
    return (this.dlgId && this.screen.upTo(this.dlgId)) ?? 0;
  }

  /** Presses the plug out for a moment: both ends may or may not notice. */
  cut(): void {
    this.#connection?.cut();
  }

  /** The network or the page is back. */
  wake(): void {
    for (const wake of this.#wakeUps) wake();
  }

  /** `socket.close()`. */
  close(): void {
    if (this.isClosed) return;
    this.#on.say(`${this.name} closes`);
    this.isClosed = true;
    this.#session?.close();
  }

  /** `socket.reconnect()`. */
  reopen(): void {
    if (!this.isClosed) return;
    this.#on.say(`${this.name} reconnects`);
    this.isClosed = false;
    this.#redials?.begins();
    this.#session?.reconnect();
  }

  /** Whether the client is connected, and the network under it is whole. */
  get isConnected(): boolean {
    return this.#isLive && this.#connection !== undefined && !this.#connection.isCut;
  }

  /** The connection that it has now. */
  get connection(): Connection | undefined {
    return this.#connection;
  }

  get isWaiting(): boolean {
    return this.#waiting > 0 || this.#browser.left.size > 0;
  }

  /** What comes over the wire, seen before the client sees it. */
  #listening(page: BrowserPage, end: End): End {
    return {
      opened: () => page.isOpen && end.opened(),
      lost: (code, reason) => page.isOpen && end.lost(code, reason),
      heard: (text) => {
        if (!page.isOpen) return;
        if (OVERHEARD.has(opOf(text))) this.#overhear(JSON.parse(text) as ServerFrame);
        end.heard(text);
      },
    };
  }

  #overhear(frame: ServerFrame): void {
    if (frame.op === 'message') {
      const upTo = this.screen.upTo(frame.dlgId);
      if (upTo !== undefined && frame.seq > upTo + 1) this.#on.seen('gap seen');
    }
    if (frame.op === 'nack' && frame.error === 'key.stale_epoch') this.#stale.add(frame.clientMsgId);
  }

  #transmit(connection: Connection, text: string): void {
    const { checks, seen } = this.#on;
    const op = opOf(text);
    if (op === 'history' && isCatchUp(JSON.parse(text) as object)) seen('catch-up page');
    if (op === 'auth') seen('token renewed');
    const isDoubled = connection.client.send(text);
    if (op !== 'send') return;
    const frame = JSON.parse(text) as { dlgId: DlgId; clientMsgId: string; content: string };
    checks.hold(() => checks.sends.went({ ...frame, fromuid: this.userId }, frame.content, isDoubled));
  }

  /** Asks the platform, which asks a node. */
  #askForToken(page: BrowserPage): Promise<string> {
    const { schedule, rng, newToken, seen } = this.#on;
    if (!this.#isLive) seen('token asked for after a refusal');
    return new Promise((resolve, reject) => {
      schedule.after(rng.delay(HTTP_MS), `${this.name} gets a token`, () => {
        if (!page.isOpen) return;
        const token = newToken(this.userId);
        if (token === undefined) return reject(new Error('nobody is there'));
        this.#token = token;
        resolve(token);
      });
    });
  }

  /** The page was told that it has to sign its user in, and tries until it can. */
  #signIn(session: number): void {
    const { schedule, newToken } = this.#on;
    schedule.after(SIGN_IN_MS, `${this.name} signs in`, () => {
      if (session !== this.#sessions || this.isClosed) return;
      const token = newToken(this.userId);
      if (token === undefined) return this.#signIn(session);
      this.#token = token;
      // Somebody may have reconnected by hand meanwhile.
      if (this.#state === 'signedOut') this.#redials?.begins();
      this.#session?.bindUser({ token, uid: this.userId });
    });
  }

  #send(message: Unknown): void {
    const { checks, say } = this.#on;
    const { dlgId, clientMsgId, text } = message;
    const name = { dlgId, clientMsgId, fromuid: this.userId };
    if (!this.#session) return;
    say(`${this.name} sends ${clientMsgId} to ${dlgId}`);
    checks.hold(() => checks.sends.typed({ ...name, by: this.name }, text));
    this.#waiting++;
    const key = keyOf(message);
    this.#sent.set(key, { ...message, isSettled: false });
    const settled = (what: string, check: () => void, isClosed = false) => {
      this.#waiting--;
      if (isClosed) this.#sent.set(key, { ...message, isSettled: true });
      else this.#sent.delete(key);
      say(`${clientMsgId} ${what}`);
      checks.hold(check);
    };
    this.#session.send({ type: 'text', text }, { clientMsgId, dlgId }).then(
      (stored: Stored) => {
        if (this.#stale.has(clientMsgId)) this.#on.seen('stale epoch healed');
        settled(`is ${dlgId} ${stored.seq}`, () => checks.sends.accepted(name, stored));
      },
      (error: unknown) => {
        if (!(error instanceof ImError)) {
          return settled('failed', () => {
            throw error;
          });
        }
        if (error.outcome === 'none') {
          const check = () => checks.sends.refused(name, error.error, checks.ledger);
          return settled(`refused: ${error.error}`, check, error.error === 'sdk.closed');
        }
        this.unknown.push(message);
        settled(`unknown: ${error.error}`, () => checks.sends.gaveUp(name));
      },
    );
  }

  #hear(session: number, told: Told): void {
    if (session !== this.#sessions || !this.#page.isOpen) return;
    const { say } = this.#on;
    switch (told.name) {
      case 'connect':
        // The session is not known yet while it is being opened, and cannot be connected then either.
        return this.#session?.bindUser({ token: this.#token, uid: this.userId });
      case 'opened': {
        const { dlgId, head } = told.detail;
        say(`${this.name} has ${dlgId} open at ${head}`);
        this.#hasKey = true;
        // Word of an earlier removal may come late, after the door has opened again.
        if (dlgId === this.dlgId) this.isOut = false;
        return this.screen.opened(dlgId, head);
      }
      case 'message':
        return this.screen.give(told.detail);
      case 'left':
        say(`${this.name} is out of ${told.detail.dlgId}`);
        if (told.detail.dlgId === this.dlgId) {
          this.isOut = true;
          this.#on.seen('member removed while open');
        }
        return;
      case 'state':
        this.#state = told.detail.name;
        this.#isLive = this.#state === 'live';
        if (this.#isLive) this.#redials?.isLive();
        return say(`${this.name} ${told.detail.was} → ${told.detail.name}`);
      case 'reconnect': {
        const { reason, delayMs } = told.detail;
        if (reason !== 'auth') return this.#on.checks.hold(() => this.#redials?.waits(delayMs));
        this.#on.seen('signed out');
        return this.#signIn(session);
      }
      case 'outbox': {
        const { state } = told.detail;
        if ((state === 'sent' || state === 'failed') && this.#browser.left.delete(keyOf(told.detail))) {
          this.#on.seen('message of a lost page settled');
        }
        return;
      }
      case 'receipt':
        // Of its own user, one page tells the other before it is stored.
        if (told.detail.userId === this.userId) return;
        return this.#on.checks.hold(() => this.#on.checks.marks.told(`${this.name}#${session}`, told.detail));
      case 'error':
        return this.#erred(told.detail.error, told.detail.dlgId);
      default:
    }
  }

  #erred(error: string, dlgId: DlgId | undefined): void {
    const { checks, say } = this.#on;
    say(`${this.name} hears of ${error}`);
    if (error === 'conversation.not_member' && dlgId === this.dlgId) {
      this.isOut = true;
      if (this.userId === mal.userId) this.#on.seen('outsider refused');
    }
    if (error === 'server.internal' && this.#on.hasDatabaseFailed()) return;
    if (UNFORESEEN.has(error)) {
      checks.hold(() => {
        throw new Error(`${this.name} hears of ${error}, which no fault of the network explains`);
      });
    }
  }
}

const UNFORESEEN: ReadonlySet<string> = new Set([
  'sdk.bad_frame',
  'sdk.bad_key',
  'sdk.shut',
  'sdk.handler_failed',
  'server.internal',
]);

/** Frames that say something about what the world has seen. */
const OVERHEARD = new Set(['message', 'nack']);

/** A page that the client asks for by itself: nobody in the script asks for so many. */
const isCatchUp = (frame: object): boolean => 'after' in frame && 'limit' in frame && frame.limit === limits.pageMost;

/** Neither id has a blank in it. */
const keyOf = ({ dlgId, clientMsgId }: Pick<Unknown, 'dlgId' | 'clientMsgId'>): string => `${dlgId} ${clientMsgId}`;
