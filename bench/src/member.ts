import type { ClientFrame } from '@trialogue/protocol';

import { envelopesOf, ID_LENGTH } from './envelopes.ts';
import type { Seat } from './platform.ts';
import { RawSocket } from './rawSocket.ts';

/** What a member hears, in times of the generator's own clock. */
export interface MemberEvents {
  /** The server has it on disk. `dueAt`: when it was to be sent. */
  acked(member: Member, dueAt: number): void;
  refused(member: Member, error: string, retryAfterMs: number): void;
  /** A message of another member. */
  delivered(dueAt: number): void;
  /** A message came out of its order, or an own connection broke. */
  wrong(what: string): void;
}

const TIME_DIGITS = 11;
const SENDER_DIGITS = 4;
const COUNTER_DIGITS = ID_LENGTH - TIME_DIGITS - SENDER_DIGITS;
const ID_KEY = Buffer.from('"clientMsgId":"');
const SEQ_KEY = Buffer.from('"seq":');
const OP_AT = '{"op":"'.length;

/** One bound socket in one conversation. */
export class Member {
  readonly #socket: RawSocket;
  readonly #seat: Seat;
  readonly #index: number;
  readonly #events: MemberEvents;
  readonly #envelope: (clientMsgId: string) => string;
  #sent = 0;
  #seen = 0;

  private constructor(socket: RawSocket, seat: Seat, index: number, size: number, events: MemberEvents) {
    this.#socket = socket;
    this.#seat = seat;
    this.#index = index;
    this.#events = events;
    this.#envelope = envelopesOf(seat, size);
  }

  /** Connects, binds and opens. */
  static async join(url: URL, seat: Seat, index: number, size: number, events: MemberEvents): Promise<Member> {
    const socket = await RawSocket.open(url);
    const member = new Member(socket, seat, index, size, events);
    await new Promise<void>((resolve, reject) => {
      socket.onEnd = (why) => reject(new Error(`a socket ended while joining: ${why}`));
      socket.onText = (text) => {
        const frame = JSON.parse(text.toString()) as { op: string; head?: number; error?: string };
        if (frame.op === 'hello') member.#say({ op: 'bind', token: seat.token, uid: member.#uid });
        else if (frame.op === 'bound') member.#say({ op: 'open', id: 1, dlgId: member.#dlgId });
        else if (frame.op === 'refused') reject(new Error(`open was refused: ${frame.error}`));
        else if (frame.op === 'opened') {
          member.#seen = frame.head ?? 0;
          resolve();
        }
      };
    });
    socket.onText = (text) => member.#hear(text);
    socket.onEnd = (why) => events.wrong(`a socket ended: ${why}`);
    return member;
  }

  send(dueAt: number): void {
    const micros = Math.round(dueAt * 1000);
    const clientMsgId =
      digits(micros, TIME_DIGITS) + digits(this.#index, SENDER_DIGITS) + digits(this.#sent++, COUNTER_DIGITS);
    const content = this.#envelope(clientMsgId);
    this.#socket.send(
      `{"op":"send","dlgId":"${this.#seat.dlgId}","clientMsgId":"${clientMsgId}","content":"${content}"}`,
    );
  }

  leave(): void {
    this.#socket.end();
  }

  get #uid() {
    return this.#seat.userId as Extract<ClientFrame, { op: 'bind' }>['uid'];
  }

  get #dlgId() {
    return this.#seat.dlgId as Extract<ClientFrame, { op: 'open' }>['dlgId'];
  }

  #say(frame: ClientFrame): void {
    this.#socket.send(JSON.stringify(frame));
  }

  /** Reads no more of a frame than it needs: thousands of them come each second. */
  #hear(text: Buffer): void {
    switch (String.fromCharCode(text[OP_AT] ?? 0)) {
      case 'm': {
        const seq = numberAt(text, text.indexOf(SEQ_KEY) + SEQ_KEY.length);
        if (seq !== this.#seen + 1) this.#events.wrong(`seq ${seq} came after ${this.#seen}`);
        this.#seen = seq;
        const { dueAt, sender } = readId(text);
        if (sender !== this.#index) this.#events.delivered(dueAt);
        return;
      }
      case 'a':
        return this.#events.acked(this, readId(text).dueAt);
      case 'n': {
        const { error, retryAfterMs = 0 } = JSON.parse(text.toString()) as { error: string; retryAfterMs?: number };
        return this.#events.refused(this, error, retryAfterMs);
      }
      case 'p':
        return this.#say({ op: 'pong' });
    }
  }
}

const digits = (value: number, length: number): string => value.toString(36).padStart(length, '0');

function readId(text: Buffer): { dueAt: number; sender: number } {
  const at = text.indexOf(ID_KEY) + ID_KEY.length;
  const micros = parseInt(text.toString('latin1', at, at + TIME_DIGITS), 36);
  const sender = parseInt(text.toString('latin1', at + TIME_DIGITS, at + TIME_DIGITS + SENDER_DIGITS), 36);
  return { dueAt: micros / 1000, sender };
}

function numberAt(text: Buffer, start: number): number {
  let value = 0;
  for (let at = start; ; at++) {
    const digit = (text[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return value;
    value = value * 10 + digit;
  }
}
