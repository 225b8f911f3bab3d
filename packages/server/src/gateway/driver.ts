import {
  closeCodes,
  Refused,
  type CloseReason,
  type ClientFrameOf,
  type DlgId,
  type Limits,
  type Message,
  type Seq,
  type ServerFrameOf,
  type UserId,
} from '@trialogue/protocol';

import type { SignedIn, SignIn } from '../access/signIn.ts';
import type { Chat } from '../chat/chat.ts';
import { fitPage, PAGE_BYTES } from '../chat/fitPage.ts';
import type { Actor, Bus, Client, Clock, Place } from '../chat/ports.ts';
import type { Logger } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Bulkhead } from './bulkhead.ts';
import { gone } from './closed.ts';
import { passes } from './conversations.ts';
import type { Effect, No, SessionEvent } from './events.ts';
import type { Mark } from './marks.ts';
import type { Members } from './members.ts';
import type { Listener, Registry } from './registry.ts';
import { arriving, dueAt, step, type Session } from './session.ts';
import type { Timers } from './timers.ts';
import type { Outgoing } from './wire.ts';

/** The way out to one socket. */
export interface Line {
  send(frame: Outgoing): void;
  /** Everything sent before still goes out. */
  close(reason: CloseReason, says: string): void;
  unsentBytes(): number;
  /** The socket is somebody's now; said again with each newer token. */
  known?(): void;
}

export interface DriverPorts {
  chat: Pick<Chat, 'send' | 'takeOver' | 'history' | 'printHistory' | 'enter' | 'markRead' | 'markDelivered'>;
  signIn: Pick<SignIn, 'authenticate'>;
  bus: Pick<Bus, 'tell'>;
  registry: Registry;
  members: Pick<Members, 'changed'>;
  /** Members of a conversation who are here right now. */
  online(place: Place): Promise<UserId[]>;
  /** A storm of one kind of work leaves room for the other. */
  checks: Bulkhead;
  pages: Bulkhead;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
  limits: Limits;
  timers: Timers;
}

/** Whether a socket that lagged has read on is looked at this often. */
const LOOK_AGAIN_MS = 50;

/** Carries out what one session wants, and brings it the results. All that is not pure about a session is here. */
export class Driver implements Listener {
  readonly #at: DriverPorts;
  readonly #line: Line;
  #session: Session;
  #who: SignedIn | undefined;
  #events: SessionEvent[] = [];
  #isStepping = false;
  #cancelTimer = () => {};
  #timerAt = Infinity;
  #reads: (() => Promise<SessionEvent>)[] = [];
  #readsUnderWay = 0;
  #cancelLook: (() => void) | undefined;

  constructor(at: DriverPorts, line: Line) {
    this.#at = at;
    this.#line = line;
    this.#session = arriving(at.limits, at.timers.chance());
  }

  get session(): Session {
    return this.#session;
  }

  get who(): SignedIn {
    if (!this.#who) throw new Error('this socket is nobody’s yet');
    return this.#who;
  }

  cursorOf(dlgId: DlgId): Seq | undefined {
    const it = this.#session.name === 'bound' ? this.#session.follows.get(dlgId) : undefined;
    return it?.name === 'live' ? it.cursor : undefined;
  }

  isIn(dlgId: DlgId): boolean {
    const it = this.#session.name === 'bound' ? this.#session.follows.get(dlgId) : undefined;
    return it !== undefined && it.name !== 'entering';
  }

  /** Whatever is told while an event is being worked on waits until that is done. */
  tell(event: SessionEvent): void {
    if (this.#isStepping) return void this.#events.push(event);
    this.#isStepping = true;
    let hasStepped = true;
    try {
      hasStepped = this.#take(event);
      for (let next = this.#events.shift(); next; next = this.#events.shift())
        hasStepped = this.#take(next) || hasStepped;
    } catch (error) {
      // A bug of ours. It costs this socket, and nobody else theirs (I38).
      this.#at.metrics.failed('gateway.session');
      this.#at.logger.error('a session broke', { ...this.#ids(), error });
      this.#session = gone;
      this.#close('overloaded', closeCodes.overloaded.says);
    } finally {
      this.#isStepping = false;
    }
    if (!hasStepped) return;
    if (this.#session.name === 'closed') this.#end();
    else this.#setTimer();
  }

  /** @returns false when it needed no step: then nothing is due at another time than before. */
  #take(event: SessionEvent): boolean {
    if (event.type === 'message' && passes(this.#session, event.frame)) {
      this.#send(event.frame);
      return false;
    }
    const [session, ...effects] = step(this.#session, event, this.#at.timers.now());
    this.#session = session;
    for (const effect of effects) this.#carryOut(effect);
    return true;
  }

  #carryOut(effect: Effect): void {
    const { chat, registry } = this.#at;
    switch (effect.type) {
      case 'transmit':
        return this.#send(effect.frame);
      case 'close':
        return this.#close(effect.reason, effect.says);
      case 'admit':
        return this.#admit(effect.who);
      case 'follow':
        return registry.follow(this, effect.dlgId);
      case 'unfollow':
        return registry.unfollow(this, effect.dlgId);
      case 'authenticate':
        return void this.#authenticate(effect.call, effect.token).then((event) => this.tell(event));
      case 'takeOver':
        return void this.#takeOver(effect.call, effect.who).then((event) => this.tell(event));
      case 'append':
        return this.#append(effect);
      case 'typing':
        return this.#typing(effect);
      case 'mark':
        return void this.#mark(effect.dlgId, effect);
      case 'enter': {
        const { call, dlgId } = effect;
        return this.#read(
          async () => {
            const { head, readSeq, dlgKey, minSeq, logEpoch } = await chat.enter(this.who, dlgId);
            const online = await this.#at.online({ appId: this.who.appId, dlgId });
            return { type: 'entered', call, dlgId, head, readSeq, dlgKey, minSeq, logEpoch, online };
          },
          (error) => ({ type: 'notEntered', call, dlgId, ...this.#reason(error, 'enter') }),
        );
      }
      case 'page': {
        const { id, dlgId } = effect.ask;
        const ask = async (): Promise<SessionEvent> => {
          return { type: 'paged', id, dlgId, page: await chat.printHistory(this.who, dlgId, rangeOf(effect.ask)) };
        };
        return this.#read(
          () => this.#at.pages.run(ask, () => this.#isWanted()),
          (error) => ({ type: 'notPaged', id, ...this.#reason(error, 'history') }),
        );
      }
      case 'readAfter':
        return this.#read(
          () => this.#readAfter(effect.dlgId, effect.after),
          (error) => this.#notCaughtUp(effect.dlgId, error),
        );
    }
  }

  /** Nothing big is added to what a socket does not read. */
  #send(frame: Outgoing): void {
    this.#line.send(frame);
    if (this.#session.name !== 'bound' || this.#session.isLagging) return;
    if (this.#line.unsentBytes() <= this.#at.limits.laggingBytes) return;
    this.tell({ type: 'lagging' });
    this.#lookSoon();
  }

  /** As the member: nothing that was written after a removal is read for the one removed, whatever the bus has lost (I20). */
  async #readAfter(dlgId: DlgId, after: Seq): Promise<SessionEvent> {
    const page = await this.#at.chat.history(this.who, dlgId, { after, limit: this.#at.limits.page });
    const messages = fitPage(page, true).list.map((message) => messageFrame(dlgId, message));
    return { type: 'caughtUp', dlgId, messages };
  }

  #notCaughtUp(dlgId: DlgId, error: unknown): SessionEvent {
    if (error instanceof Refused && error.refusal === 'conversation.not_member') {
      this.#at.members.changed({ appId: this.who.appId, dlgId });
      return { type: 'removed', dlgId };
    }
    this.#at.metrics.failed('gateway.readAfter');
    this.#at.logger.error('a socket could not catch up', { ...this.#ids(), dlgId, error });
    return { type: 'notCaughtUp', dlgId };
  }

  async #authenticate(call: number, token: string): Promise<SessionEvent> {
    try {
      const who = await this.#at.checks.run(
        () => this.#at.signIn.authenticate(token),
        () => this.#isWanted(),
      );
      return { type: 'authenticated', call, who, validMs: who.expiresAt - this.#at.clock.now() };
    } catch (error) {
      if (error instanceof Refused && error.retry !== 'later') {
        this.#at.metrics.refused(error.refusal);
        return { type: 'notAuthenticated', call, refusal: error.refusal };
      }
      this.#at.metrics.failed('gateway.authenticate');
      this.#at.logger.error('a token could not be checked', { error });
      return { type: 'failed' };
    }
  }

  async #takeOver(call: number, who: Actor & { client: Client }): Promise<SessionEvent> {
    try {
      const isNewest = await this.#at.checks.run(
        () => this.#at.chat.takeOver(who),
        () => this.#isWanted(),
      );
      return { type: 'tookOver', call, isNewest };
    } catch (error) {
      this.#at.metrics.failed('gateway.takeOver');
      this.#at.logger.error('a socket could not take over', { error });
      return { type: 'failed' };
    }
  }

  #admit(who: SignedIn): void {
    this.#who = who;
    const answer = this.#at.registry.admit(this);
    if (answer !== 'admitted') return this.tell({ type: 'notAdmitted', because: answer });
    this.#at.logger.debug('socket bound', this.#ids());
    this.#line.known?.();
  }

  /** Handed on at once, in the order of arrival: the order of a sender's messages is made here (I10). */
  #append({ call, id, dlgId, clientMsgId, content }: Effect & { type: 'append' }): void {
    const { chat, metrics, logger, timers } = this.#at;
    const startedAt = timers.now();
    chat.send(this.who, { dlgId, clientMsgId, content }).then(
      (accepted) => {
        this.tell({ type: 'appended', call, dlgId, clientMsgId, accepted });
        metrics.messageAcked((timers.now() - startedAt) / 1000);
      },
      (error) => {
        if (error instanceof Refused) {
          metrics.refused(error.refusal);
          const no = noOf(error);
          return this.tell({ type: 'notAppended', call, id, dlgId, clientMsgId, ...no });
        }
        // Nobody knows whether it is stored, and a nack would claim to. The client comes back and sends it again.
        metrics.failed('gateway.append');
        logger.error('a send failed', { ...this.#ids(), dlgId, error });
        this.tell({ type: 'failed' });
      },
    );
  }

  #typing({ dlgId, isTyping }: Effect & { type: 'typing' }): void {
    const { appId, userId } = this.who;
    this.#at.bus.tell({ kind: 'typing', appId, dlgId, userId, isTyping }).catch((error: unknown) => {
      this.#at.logger.debug('typing: not told', { ...this.#ids(), error });
    });
  }

  async #mark(dlgId: DlgId, { deliveredSeq, readSeq }: Mark): Promise<void> {
    const { chat, logger, metrics } = this.#at;
    try {
      if (deliveredSeq !== undefined) await chat.markDelivered(this.who, dlgId, deliveredSeq);
      if (readSeq !== undefined) await chat.markRead(this.who, dlgId, readSeq);
    } catch (error) {
      // A refused mark has no answer on the wire: the client shows what `receipt` says, and it says nothing.
      if (error instanceof Refused) return metrics.refused(error.refusal);
      metrics.failed('gateway.mark');
      logger.error('a mark was not kept', { ...this.#ids(), dlgId, error });
    }
  }

  /** A few at a time, and none while the socket has enough to read: so a page asked for costs no memory before. */
  #read(ask: () => Promise<SessionEvent>, failed: (error: unknown) => SessionEvent): void {
    this.#reads.push(() => ask().catch(failed));
    this.#startReads();
  }

  #startReads(): void {
    while (this.#session.name !== 'closed' && this.#reads.length > 0) {
      const soon = this.#line.unsentBytes() + this.#readsUnderWay * PAGE_BYTES;
      if (soon > this.#at.limits.laggingBytes) {
        if (this.#readsUnderWay === 0) this.#lookSoon();
        return;
      }
      const ask = this.#reads.shift();
      this.#readsUnderWay++;
      void ask?.().then((event) => {
        this.#readsUnderWay--;
        this.tell(event);
        this.#startReads();
      });
    }
  }

  #lookSoon(): void {
    this.#cancelLook ??= this.#at.timers.after(LOOK_AGAIN_MS, () => {
      this.#cancelLook = undefined;
      const session = this.#session;
      if (session.name === 'bound' && session.isLagging) {
        // Half of it, so that it does not begin to lag again with the next frame.
        if (this.#line.unsentBytes() > this.#at.limits.laggingBytes / 2) return this.#lookSoon();
        this.tell({ type: 'drained' });
      }
      this.#startReads();
    });
  }

  #isWanted(): boolean {
    return this.#session.name !== 'closed';
  }

  /** Whatever went wrong with a read: it changed nothing, so it may be called a refusal. */
  #reason(error: unknown, ask: string): No {
    const { logger, metrics } = this.#at;
    const refusal = error instanceof Refused ? error : new Refused('server.internal');
    metrics.refused(refusal.refusal);
    if (refusal !== error) {
      metrics.failed(`gateway.${ask}`);
      logger.error('a request on a socket failed', { ...this.#ids(), operation: ask, error });
    }
    return noOf(refusal);
  }

  #setTimer(): void {
    const at = dueAt(this.#session) ?? Infinity;
    // A timer that is early costs one idle tick; setting a new one for every frame costs more.
    if (at >= this.#timerAt || at === Infinity) return;
    this.#cancelTimer();
    this.#timerAt = at;
    this.#cancelTimer = this.#at.timers.after(at - this.#at.timers.now(), () => {
      this.#timerAt = Infinity;
      this.tell({ type: 'tick' });
    });
  }

  #close(reason: CloseReason, says: string): void {
    this.#at.metrics.socketClosed(reason);
    this.#at.logger.info('socket closed', { ...this.#ids(), closed: reason });
    this.#line.close(reason, says);
  }

  #end(): void {
    this.#cancelTimer();
    this.#cancelLook?.();
    this.#reads = [];
    if (this.#who) this.#at.registry.drop(this);
  }

  #ids() {
    return this.#who && { appId: this.#who.appId, userId: this.#who.userId, sessionId: this.#who.sessionId };
  }
}

/** Field by field: what is spread behind others is copied slowly, and this happens for every message. */
export const messageFrame = (dlgId: DlgId, message: Message): ServerFrameOf<'message'> => ({
  op: 'message',
  dlgId,
  seq: message.seq,
  msgId: message.msgId,
  clientMsgId: message.clientMsgId,
  fromuid: message.fromuid,
  content: message.content,
  sentAt: message.sentAt,
  ...(message.recalledAt !== undefined && { recalledAt: message.recalledAt }),
});

function rangeOf({ before, after, limit }: ClientFrameOf<'history'>) {
  return {
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
    ...(limit !== undefined && { limit }),
  };
}

const noOf = ({ refusal, message, retryAfterMs }: Refused): No => ({
  refusal,
  says: message,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});
