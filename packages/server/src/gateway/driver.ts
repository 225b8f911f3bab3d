import {
  closeCodes,
  limits,
  Refused,
  type CloseReason,
  type ClientFrameOf,
  type DlgId,
  type Message,
  type Seq,
  type ServerFrame,
  type ServerFrameOf,
} from '@trialogue/protocol';

import type { SignedIn, SignIn } from '../access/signIn.ts';
import type { Chat, Log } from '../chat/chat.ts';
import type { Clock } from '../chat/ports.ts';
import type { Logger } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import { gone } from './closed.ts';
import type { Effect, No, SessionEvent } from './events.ts';
import { fitPage } from './fitPage.ts';
import type { Mark } from './marks.ts';
import type { Listener, Registry } from './registry.ts';
import { arriving, dueAt, step, type Session } from './session.ts';

/** The way out to one socket. */
export interface Line {
  send(frame: ServerFrame): void;
  /** Everything sent before still goes out. */
  close(reason: CloseReason, says: string): void;
  unsentBytes(): number;
}

export interface DriverPorts {
  chat: Pick<Chat, 'send' | 'history' | 'enter' | 'markRead' | 'markDelivered'>;
  log: Pick<Log, 'messagesAfter'>;
  signIn: Pick<SignIn, 'authenticate'>;
  registry: Registry;
  clock: Clock;
  logger: Logger;
  metrics: Metrics;
}

/** Answers of the database that one socket may wait for at the same time. */
const READS_AT_ONCE = 4;
/** With more than this unsent, a socket asks for nothing new from the database. */
const ENOUGH_UNSENT_BYTES = 256 * 1024;
const LOOK_AGAIN_MS = 50;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Carries out what one session wants, and brings it the results. All that is not pure about a session is here. */
export class Driver implements Listener {
  readonly #at: DriverPorts;
  readonly #line: Line;
  readonly #onAdmitted: () => void;
  #session: Session;
  #who: SignedIn | undefined;
  #events: SessionEvent[] = [];
  #isStepping = false;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Infinity;
  #reads: (() => Promise<SessionEvent>)[] = [];
  #readsUnderWay = 0;
  #lookAgain: NodeJS.Timeout | undefined;

  /** @param jitter see `arriving` */
  constructor(at: DriverPorts, line: Line, jitter: number, onAdmitted: () => void) {
    this.#at = at;
    this.#line = line;
    this.#onAdmitted = onAdmitted;
    this.#session = arriving(jitter);
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

  /** Whatever is told while an event is being worked on waits until that is done. */
  tell(event: SessionEvent): void {
    this.#events.push(event);
    if (this.#isStepping) return;
    this.#isStepping = true;
    try {
      for (let next = this.#events.shift(); next; next = this.#events.shift()) {
        const [session, ...effects] = step(this.#session, next, performance.now());
        this.#session = session;
        for (const effect of effects) this.#carryOut(effect);
      }
    } catch (error) {
      // A bug of ours. It costs this socket, and nobody else theirs (I38).
      this.#at.metrics.failed('gateway.session');
      this.#at.logger.error('a session broke', { ...this.#ids(), error });
      this.#session = gone;
      this.#close('overloaded', closeCodes.overloaded.says);
    } finally {
      this.#isStepping = false;
    }
    if (this.#session.name === 'closed') this.#end();
    else this.#setTimer();
  }

  #carryOut(effect: Effect): void {
    const { chat, log, registry, metrics, logger } = this.#at;
    switch (effect.type) {
      case 'transmit':
        return this.#line.send(effect.frame);
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
      case 'append':
        return this.#append(effect);
      case 'mark':
        return void this.#mark(effect.dlgId, effect);
      case 'enter': {
        const { call, dlgId } = effect;
        return this.#read(
          async () => {
            const { head, readSeq, dlgKey } = await chat.enter(this.who, dlgId);
            return { type: 'entered', call, dlgId, head, readSeq, dlgKey };
          },
          (error) => ({ type: 'notEntered', call, dlgId, ...this.#reason(error, 'enter') }),
        );
      }
      case 'page': {
        const { id, dlgId } = effect.ask;
        return this.#read(
          async () => {
            const page = await chat.history(this.who, dlgId, rangeOf(effect.ask));
            return { type: 'paged', id, dlgId, page: fitPage(page, effect.ask.after !== undefined) };
          },
          (error) => ({ type: 'notPaged', id, ...this.#reason(error, 'history') }),
        );
      }
      case 'readAfter': {
        const { dlgId, after } = effect;
        const place = { appId: this.who.appId, dlgId };
        return this.#read(
          async () => {
            const messages = await log.messagesAfter(place, after, limits.page);
            return { type: 'caughtUp', dlgId, messages: messages.map((message) => messageFrame(dlgId, message)) };
          },
          (error) => {
            metrics.failed('gateway.readAfter');
            logger.error('a socket could not catch up', { ...this.#ids(), dlgId, error });
            return { type: 'notCaughtUp', dlgId };
          },
        );
      }
    }
  }

  async #authenticate(call: number, token: string): Promise<SessionEvent> {
    try {
      const who = await this.#at.signIn.authenticate(token);
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

  #admit(who: SignedIn): void {
    this.#who = who;
    if (!this.#at.registry.admit(this)) return this.tell({ type: 'revoked', sessionIds: [who.sessionId] });
    this.#at.logger.debug('socket bound', this.#ids());
    this.#onAdmitted();
  }

  /** Handed on at once, in the order of arrival: the order of a sender's messages is made here (I10). */
  #append({ call, dlgId, clientMsgId, content }: Effect & { type: 'append' }): void {
    const { chat, metrics, logger } = this.#at;
    const startedAt = performance.now();
    chat.send(this.who, { dlgId, clientMsgId, content }).then(
      (accepted) => {
        this.tell({ type: 'appended', call, dlgId, clientMsgId, accepted });
        metrics.messageAcked((performance.now() - startedAt) / 1000);
      },
      (error) => {
        if (error instanceof Refused) {
          metrics.refused(error.refusal);
          const no = { refusal: error.refusal, says: error.message };
          return this.tell({ type: 'notAppended', call, dlgId, clientMsgId, ...no });
        }
        // Nobody knows whether it is stored, and a nack would claim to. The client comes back and sends it again.
        metrics.failed('gateway.append');
        logger.error('a send failed', { ...this.#ids(), dlgId, error });
        this.tell({ type: 'failed' });
      },
    );
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
    while (this.#readsUnderWay < READS_AT_ONCE && this.#session.name !== 'closed') {
      if (this.#line.unsentBytes() > ENOUGH_UNSENT_BYTES) {
        this.#lookAgain ??= setTimeout(() => {
          this.#lookAgain = undefined;
          this.#startReads();
        }, LOOK_AGAIN_MS);
        return;
      }
      const ask = this.#reads.shift();
      if (!ask) return;
      this.#readsUnderWay++;
      void ask().then((event) => {
        this.#readsUnderWay--;
        this.tell(event);
        this.#startReads();
      });
    }
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
    return { refusal: refusal.refusal, says: refusal.message };
  }

  #setTimer(): void {
    const at = dueAt(this.#session) ?? Infinity;
    // A timer that is early costs one idle tick; setting a new one for every frame costs more.
    if (at >= this.#timerAt || at === Infinity) return;
    clearTimeout(this.#timer);
    this.#timerAt = at;
    this.#timer = setTimeout(
      () => {
        this.#timerAt = Infinity;
        this.tell({ type: 'tick' });
      },
      Math.min(LONGEST_TIMER_MS, Math.max(0, Math.ceil(at - performance.now()))),
    );
  }

  #close(reason: CloseReason, says: string): void {
    this.#at.metrics.socketClosed(reason);
    this.#at.logger.info('socket closed', { ...this.#ids(), closed: reason });
    this.#line.close(reason, says);
  }

  #end(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#lookAgain);
    this.#reads = [];
    if (this.#who) this.#at.registry.drop(this);
  }

  #ids() {
    return this.#who && { appId: this.#who.appId, userId: this.#who.userId, sessionId: this.#who.sessionId };
  }
}

export const messageFrame = (dlgId: DlgId, message: Message): ServerFrameOf<'message'> => ({
  op: 'message',
  dlgId,
  ...message,
});

function rangeOf({ before, after, limit }: ClientFrameOf<'history'>) {
  return {
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
    ...(limit !== undefined && { limit }),
  };
}
