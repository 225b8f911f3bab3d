import type { ClientMsgId, DlgId, Seq, ServerFrame, UserId } from '@trialogue/protocol';
import { ImError, openSession, unsureInMemory, type Session, type Stored, type Told } from '@trialogue/sdk/core';
import { mal } from '@trialogue/testkit';

import type { Range } from './check/pages.ts';
import { isCatchUp, swallows } from './faults.ts';
import type { Ground } from './ground.ts';
import { tokenOf } from './names.ts';
import type { Connection, End } from './network.ts';
import { Screen, isRefusal } from './screen.ts';

/** A send that was given up without an answer. */
interface Unknown {
  dlgId: DlgId;
  clientMsgId: ClientMsgId;
  text: string;
}

/** Somebody at a screen: the real client, a copy of what it shows, and what was typed. */
export class Person {
  readonly userId: UserId;
  readonly screen: Screen;
  readonly unknown: Unknown[] = [];
  readonly #on: Ground;
  readonly #unsure = unsureInMemory();
  readonly #stale = new Set<string>();
  /** Whom `wakes` rings: the network or the page is back. */
  readonly #wakeUps = new Set<() => void>();
  #session: Session | undefined;
  #connection: Connection | undefined;
  #hasKey = false;
  #typed = 0;
  #sessions = 0;
  #waiting = 0;
  dlgId: DlgId | undefined;
  /** The server said that we are no longer in it. */
  isOut = false;
  isClosed = true;

  constructor(userId: UserId, on: Ground) {
    this.userId = userId;
    this.#on = on;
    this.screen = new Screen(userId, on, (range) => {
      if (!this.#session) throw new Error(`${userId} has no page open`);
      return this.#session.history(range);
    });
  }

  /** Opens the page: a new client that knows nothing. */
  openPage(dlgId: DlgId): void {
    const { schedule, rng } = this.#on;
    this.#on.say(`${this.userId} opens the page at ${dlgId}`);
    this.#session?.dispose();
    const number = ++this.#sessions;
    this.screen.startOver(`${this.userId}#${number}`);
    this.dlgId = dlgId;
    this.isOut = false;
    this.isClosed = false;
    this.#hasKey = false;
    const session = openSession(
      { wsAddr: 'ws://node', fromuid: this.userId, dlgId, canAsk: false },
      {
        dial: (_, end) => {
          const connection = this.#on.dial(this.#listening(end));
          this.#connection = connection;
          return {
            transmit: (text) => this.#transmit(connection, text),
            hangUp: () => connection.client.close(1000),
          };
        },
        clock: { now: schedule.now, setTimer: (ms, ring) => schedule.after(ms, `${this.userId} due`, ring) },
        wakes: (wake) => {
          this.#wakeUps.add(wake);
          return () => void this.#wakeUps.delete(wake);
        },
        random: rng.next,
        unsure: this.#unsure,
        getToken: undefined,
        tell: (told) => this.#hear(number, told),
      },
    );
    this.#session = session;
  }

  turnTo(dlgId: DlgId): void {
    if (!this.#session || this.isClosed) return;
    this.#on.say(`${this.userId} turns to ${dlgId}`);
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
      clientMsgId: `${this.userId}-${number}` as ClientMsgId,
      text: `${this.userId} says ${number} 你好`,
    });
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
    this.#on.say(`${this.userId} closes`);
    this.isClosed = true;
    this.#session?.close();
  }

  /** `socket.reconnect()`. */
  reopen(): void {
    if (!this.isClosed) return;
    this.#on.say(`${this.userId} reconnects`);
    this.isClosed = false;
    this.#session?.reconnect();
  }

  get isWaiting(): boolean {
    return this.#waiting > 0;
  }

  /** What comes over the wire, seen before the client sees it. */
  #listening(end: End): End {
    return {
      ...end,
      heard: (text) => {
        this.#overhear(JSON.parse(text) as ServerFrame);
        end.heard(text);
      },
    };
  }

  #overhear(frame: ServerFrame): void {
    const { seen, fault } = this.#on;
    if (frame.op === 'message') {
      const upTo = this.screen.upTo(frame.dlgId);
      if (upTo !== undefined && frame.seq > upTo + 1) seen('gap seen');
      const before = this.screen.given(frame.dlgId, frame.seq);
      if (before && fault === 'shows a repeated frame again') this.screen.give(before);
    }
    if (frame.op === 'nack' && frame.error === 'key.stale_epoch') this.#stale.add(frame.clientMsgId);
  }

  #transmit(connection: Connection, text: string): void {
    const frame = JSON.parse(text) as { op: string; dlgId: DlgId; clientMsgId: string; content: string };
    const { checks } = this.#on;
    if (frame.op === 'send') checks.hold(() => checks.sends.went({ ...frame, fromuid: this.userId }, frame.content));
    if (isCatchUp(frame)) this.#on.seen('catch-up page');
    if (!swallows(this.#on.fault, frame)) connection.client.send(text);
  }

  #send(message: Unknown): void {
    const { checks, say } = this.#on;
    const { dlgId, clientMsgId, text } = message;
    const name = { dlgId, clientMsgId, fromuid: this.userId };
    if (!this.#session) return;
    say(`${this.userId} sends ${clientMsgId} to ${dlgId}`);
    checks.hold(() => checks.sends.typed(name, text));
    this.#waiting++;
    const settled = (what: string, check: () => void) => {
      this.#waiting--;
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
          return settled(`refused: ${error.error}`, () => checks.sends.refused(name, error.error, checks.ledger));
        }
        this.unknown.push(message);
        settled(`unknown: ${error.error}`, () => checks.sends.gaveUp(name));
      },
    );
  }

  #hear(session: number, told: Told): void {
    if (session !== this.#sessions) return;
    const { say } = this.#on;
    switch (told.name) {
      case 'connect':
        // The session is not known yet while it is being opened, and cannot be connected then either.
        return this.#session?.bindUser({ token: tokenOf(this.userId), uid: this.userId });
      case 'opened': {
        const { dlgId, head } = told.detail;
        say(`${this.userId} has ${dlgId} open at ${head}`);
        this.#hasKey = true;
        // Word of an earlier removal may come late, after the door has opened again.
        if (dlgId === this.dlgId) this.isOut = false;
        return this.screen.opened(dlgId, head);
      }
      case 'message':
        return this.screen.give(told.detail);
      case 'left':
        say(`${this.userId} is out of ${told.detail.dlgId}`);
        if (told.detail.dlgId === this.dlgId) {
          this.isOut = true;
          this.#on.seen('member removed while open');
        }
        return;
      case 'state':
        return say(`${this.userId} ${told.detail.was} → ${told.detail.name}`);
      case 'error':
        return this.#erred(told.detail.error, told.detail.dlgId);
      default:
    }
  }

  #erred(error: string, dlgId: DlgId | undefined): void {
    const { checks, say } = this.#on;
    say(`${this.userId} hears of ${error}`);
    if (error === 'conversation.not_member' && dlgId === this.dlgId) {
      this.isOut = true;
      if (this.userId === mal.userId) this.#on.seen('outsider refused');
    }
    if (UNFORESEEN.has(error)) {
      checks.hold(() => {
        throw new Error(`${this.userId} hears of ${error}, which no fault of the network explains`);
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
