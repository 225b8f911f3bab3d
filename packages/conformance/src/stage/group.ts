import { randomUUID } from 'node:crypto';

import { seal } from '@trialogue/crypto';
import type { ClientMsgId, DlgId, Message, Page, ServerFrameOf } from '@trialogue/protocol';

import { Failed } from '../check.ts';
import { sleep, type Answer } from './http.ts';
import { collect, type Person, type Range } from './person.ts';
import { said } from './platform.ts';
import type { Dial, Socket } from './socket.ts';

/** A message made, sealed once. */
export interface Draft {
  fromuid: string;
  clientMsgId: string;
  content: string;
  text: string;
}

/** A message that the server says is on disk. */
export interface Stored extends Draft {
  seq: number;
  msgId: string;
  sentAt: number;
  repeated: boolean;
}

/** A bound socket that has the conversation open. */
export interface Seat {
  who: Person;
  socket: Socket;
  opened: ServerFrameOf<'opened'>;
}

const MOST_WAITS = 30;

/** One conversation, and what people do in it. */
export class Group {
  readonly dlgId: DlgId;
  /** The keyring of those who are in it; {@link Group.learnKey} brings it up to date. */
  dlgKey: string;

  constructor(dlgId: string, dlgKey: string) {
    this.dlgId = dlgId as DlgId;
    this.dlgKey = dlgKey;
  }

  async learnKey(who: Person): Promise<void> {
    const { dlgKey } = await who.need<{ dlgKey: string }>('GET', `/conversation?groupId=${this.dlgId}`);
    this.dlgKey = dlgKey;
  }

  draft(who: { userId: string }, text: string, clientMsgId: string = randomUUID()): Draft {
    const { dlgId, dlgKey } = this;
    const content = seal(JSON.stringify({ type: 'text', text }), { dlgId, dlgKey, fromuid: who.userId, clientMsgId });
    return { fromuid: who.userId, clientMsgId, content, text };
  }

  /** A bound socket of its own that has this conversation open. */
  async enter(who: Person, options: Dial & { sid?: string; fence?: number } = {}): Promise<Seat> {
    const socket = await who.bound(options);
    return { who, socket, opened: await this.open(socket) };
  }

  open(socket: Socket): Promise<ServerFrameOf<'opened'>> {
    return this.#request(socket, 'opened', { op: 'open' });
  }

  page(socket: Socket, range: Range = {}): Promise<Page> {
    return this.#request(socket, 'page', { op: 'history', ...range });
  }

  /** The whole log, over one socket. */
  history(socket: Socket): Promise<Message[]> {
    return collect((after) => this.page(socket, { after, limit: 200 }));
  }

  say(socket: Socket, { clientMsgId, content }: Draft): void {
    socket.say({ op: 'send', dlgId: this.dlgId, clientMsgId: clientMsgId as ClientMsgId, content });
  }

  /** What the server says to a send that was made after `from`. */
  outcome(socket: Socket, { clientMsgId }: Draft, from = 0): Promise<ServerFrameOf<'ack'> | ServerFrameOf<'nack'>> {
    return socket.next(
      `an answer to the send ${clientMsgId}`,
      (frame) => ((frame.op === 'ack' || frame.op === 'nack') && frame.clientMsgId === clientMsgId ? frame : undefined),
      { from },
    );
  }

  /** Sends once. */
  offer(socket: Socket, draft: Draft): Promise<ServerFrameOf<'ack'> | ServerFrameOf<'nack'>> {
    const from = socket.mark;
    this.say(socket, draft);
    return this.outcome(socket, draft, from);
  }

  /** Sends, and again after the time asked for while it is too much at once. @throws {Failed} when it is refused. */
  async send(socket: Socket, draft: Draft): Promise<Stored> {
    for (let waits = 0; ; waits++) {
      const answer = await this.offer(socket, draft);
      if (answer.op === 'ack') return stored(draft, answer);
      if (answer.error !== 'rate.limited' || waits === MOST_WAITS) {
        throw new Failed(`an ack of ${draft.clientMsgId}`, `nack ${answer.error}`);
      }
      await sleep((answer.retryAfterMs ?? 200) + 5);
    }
  }

  /** Sends without waiting in between; gives the acked, in the order in which they were sent. */
  async pour(socket: Socket, drafts: readonly Draft[]): Promise<Stored[]> {
    const from = socket.mark;
    for (const draft of drafts) this.say(socket, draft);
    const all: Stored[] = [];
    for (const draft of drafts) {
      const answer = await this.outcome(socket, draft, from);
      if (answer.op === 'ack') all.push(stored(draft, answer));
      else if (answer.error !== 'rate.limited')
        throw new Failed(`an ack of ${draft.clientMsgId}`, `nack ${answer.error}`);
    }
    return all;
  }

  /** The same over HTTP. @throws {Failed} */
  async post(who: Person, draft: Draft): Promise<Stored> {
    const answer = await this.offerByHttp(who, draft);
    if (answer.code !== 0) throw new Failed(`sendMsg of ${draft.clientMsgId} to be stored`, said(answer));
    return { ...draft, ...answer.data, repeated: false };
  }

  offerByHttp(
    who: Person,
    { clientMsgId, content }: Draft,
  ): Promise<Answer<{ seq: number; msgId: string; sentAt: number }>> {
    return who.ask('POST', `/conversations/${this.dlgId}/messages`, { body: { clientMsgId, content } });
  }

  /** Waits until this socket was pushed everything up to `seq`. */
  async heardUpTo({ socket }: { socket: Socket }, seq: number): Promise<void> {
    await socket.nextOf('message', (frame) => frame.dlgId === this.dlgId && frame.seq >= seq, {
      what: `the live message ${seq}`,
    });
  }

  /** Where the log stands, by its own word. */
  async head(who: Person): Promise<number> {
    return (await who.page(this.dlgId, { limit: 1 })).head;
  }

  /** What this socket was pushed of this conversation. */
  live({ socket }: { socket: Socket }, from = 0): Message[] {
    return socket.all('message', from).filter((frame) => frame.dlgId === this.dlgId);
  }

  /** Asks again after the time asked for while it is too much at once. @throws {Failed} when it is refused. */
  async #request<O extends 'opened' | 'page'>(socket: Socket, op: O, ask: { op: string }): Promise<ServerFrameOf<O>> {
    for (let waits = 0; ; waits++) {
      const id = socket.newId();
      const from = socket.mark;
      socket.sayRaw(JSON.stringify({ ...ask, id, dlgId: this.dlgId }));
      const answer = await socket.next(
        `${op} for request ${id}`,
        (frame) =>
          (frame.op === op || frame.op === 'refused') && (frame as { id: number }).id === id ? frame : undefined,
        { from },
      );
      if (answer.op === op) return answer as ServerFrameOf<O>;
      const { error, retryAfterMs = 200 } = answer as ServerFrameOf<'refused'>;
      if (error !== 'rate.limited' || waits === MOST_WAITS)
        throw new Failed(`${op} for ${JSON.stringify(ask)}`, `refused: ${error}`);
      await sleep(retryAfterMs);
    }
  }
}

const stored = (draft: Draft, { seq, msgId, sentAt, repeated }: ServerFrameOf<'ack'>): Stored => ({
  ...draft,
  seq,
  msgId,
  sentAt,
  repeated: repeated === true,
});
