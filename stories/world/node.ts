import type { Duplex } from 'node:stream';

import { closeCodes, limits, type ServerFrame, type UserId } from '@trialogue/protocol';
import {
  type Bus,
  type Chat,
  type Driver,
  type FileStore,
  type KeyWrap,
  type Platform,
  type Random,
  type Store,
  bytesOf,
  frameOf,
  createSender,
  createSwitchboard,
  heard,
  makeChat,
  noMetrics,
  noRates,
  silentLogger,
} from '@trialogue/server/core';

import { Broken } from './check/broken.ts';
import type { Checks } from './check/checks.ts';
import { Wire } from './check/wire.ts';
import { textsIn } from './frames.ts';
import type { Marker } from './markers.ts';
import type { Accept, Connection } from './network.ts';
import type { Process } from './process.ts';
import type { Rng } from './rng.ts';
import type { Schedule } from './schedule.ts';
import type { Tokens } from './tokens.ts';

/** How long the other end may take to answer our close. */
const FAREWELL_MS = 2_000;
/** Sockets of a draining node leave within this time, each at a moment of its own. */
const DRAIN_MS = 15_000;
/** Sooner than this a node that was told to go away is gone (I30). */
const GONE_BY_MS = 30_000;
/** A dead peer is noticed by then (I26): a ping, its pong, and a little for what is under way. */
const NOTICED_BY_MS = limits.pingMs * 1.1 + limits.pongMs + 5_000;

/** So tight that what waits on a link that stands still is soon too much. */
const TIGHT = { laggingBytes: 2_000, unsentBytes: 8_000 };

export interface NodeParts {
  process: Process;
  schedule: Schedule;
  rng: Rng;
  checks: Checks;
  /** The database and the bus as this process sees them. */
  store: Store;
  bus: Bus;
  keyWrap: KeyWrap;
  tokens: Tokens;
  /** Whether the real sender stands between the gateway and the network, and looks after those who do not read. */
  hasSlowReaders: boolean;
  seen(marker: Marker): void;
}

/** One node of the server: the real use cases and the real gateway, on a simulated disk, bus and network. */
export class Node {
  readonly chat: Chat;
  readonly platform: Platform;
  readonly bus: Bus;
  readonly process: Process;
  readonly accept: Accept;
  /** Whether the balancer sends anybody here. */
  isServing = true;
  readonly #parts: NodeParts;
  readonly #sockets = new Map<Connection, Driver>();
  #onLastGone = () => {};

  constructor(parts: NodeParts) {
    const { process, rng, checks, store, bus, keyWrap, tokens, hasSlowReaders, seen } = parts;
    const own = hasSlowReaders ? { ...limits, ...TIGHT } : limits;
    const sender = hasSlowReaders ? createSender({ limits: own }) : undefined;
    const clock = { now: process.now };
    const { chat, platform, log } = makeChat({
      store,
      bus,
      keys: keyWrap,
      files: noFiles,
      presence: { isOnline: (appId, userId) => switchboard.presence.isOnline(appId, userId) },
      clock,
      random: randomOf(rng),
      warn: (what) =>
        checks.hold(() => {
          if (what !== 'bus: not told') throw new Error(`the server warns: ${what}`);
        }),
      limits: own,
      rates: noRates,
    });
    const ask = () => store.listApps();
    const switchboard = createSwitchboard({
      chat,
      log,
      signIn: { authenticate: tokens.checkedBy(process, ask), endedAmong: tokens.endedAmong(ask) },
      bus,
      clock,
      logger: silentLogger,
      metrics: noMetrics,
      limits: own,
      timers: {
        now: parts.schedule.now,
        after: (ms, run) => process.after(ms, 'timer', run),
        endOfTurn: (run) => process.after(0, 'end of turn', run),
        chance: rng.next,
      },
    });
    this.chat = chat;
    this.platform = platform;
    this.bus = bus;
    this.process = process;
    this.#parts = parts;

    this.accept = (connection) => {
      let who: UserId | undefined;
      const line = connection.server;
      const wire = new Wire();
      let isClosed = false;
      const lost = () => this.#lost(connection, driver);
      const goOut = (frame: ServerFrame, text: string) => {
        checks.hold(() => wire.leaves(frame));
        line.send(text);
      };
      const outbound = sender?.open(socketOf(connection, goOut), {
        isOpen: () => !isClosed,
        onChoked: () => driver.tell({ type: 'choked' }),
      });
      const driver = switchboard.plug({
        send: (out) => {
          const frame = frameOf(out);
          if (who !== undefined) checks.leaves(who, frame);
          if (connection.unsentBytes > own.laggingBytes) seen('reader lags');
          if (outbound) outbound.send(bytesOf(out));
          else goOut(frame, textOf(frame));
        },
        close: (reason) => {
          if (reason === 'slow') seen('slow reader closed');
          outbound?.flush();
          outbound?.stop();
          isClosed = true;
          wire.closes();
          line.close(closeCodes[reason].code);
          process.after(rng.delay(FAREWELL_MS), 'the other end has closed', lost);
        },
        unsentBytes: () => outbound?.unsentBytes() ?? connection.unsentBytes,
        known() {
          who = driver.who.userId;
        },
      });
      this.#sockets.set(connection, driver);
      return {
        opened: () => process.enter(() => driver.tell({ type: 'opened', serverTime: clock.now() })),
        heard: (text) =>
          process.enter(() => {
            const event = heard(text);
            if (event.type === 'heard') wire.hears(event.frame);
            driver.tell(event);
          }),
        lost: () => process.enter(lost),
      };
    };
  }

  get connections(): Iterable<Connection> {
    return this.#sockets.keys();
  }

  has(connection: Connection): boolean {
    return this.#sockets.has(connection);
  }

  /** `kill -9`: whatever was in memory is gone. */
  kill(): void {
    this.process.isDead = true;
    for (const connection of this.#sockets.keys()) connection.crash();
  }

  /** SIGTERM: lets nobody in any more, tells all sockets to leave, and is gone when they are. */
  drain(gone: () => void): void {
    const { rng, process, checks } = this.#parts;
    this.isServing = false;
    this.#onLastGone = gone;
    process.enter(() => {
      if (this.#sockets.size === 0) return gone();
      for (const driver of this.#sockets.values()) driver.tell({ type: 'drain', inMs: rng.whole(0, DRAIN_MS) });
      process.after(GONE_BY_MS, 'the node has to be gone', () =>
        checks.hold(() => {
          throw new Broken('I30', `${process.name} still has ${this.#sockets.size} sockets`, GONE_BY_MS);
        }),
      );
    });
  }

  /** Connections that have been dead for so long that the node must have noticed (I26). */
  stale(): Connection[] {
    const { schedule, process } = this.#parts;
    const since = schedule.now() - NOTICED_BY_MS;
    return [...this.#sockets.keys()].filter(
      ({ cutAt }) => cutAt !== undefined && Math.max(cutAt, process.wentOnAt) < since,
    );
  }

  #lost(connection: Connection, driver: Driver): void {
    if (!this.#sockets.delete(connection)) return;
    driver.tell({ type: 'lost' });
    if (this.#sockets.size === 0) this.#onLastGone();
  }
}

/** What the real sender writes to. It writes whole frames, and they go on their way one by one. */
const socketOf = (connection: Connection, goOut: (frame: ServerFrame, text: string) => void): Duplex =>
  ({
    writable: true,
    get writableLength() {
      return connection.unsentBytes;
    },
    write(bytes: Buffer) {
      for (const text of textsIn(bytes)) goOut(JSON.parse(text) as ServerFrame, text);
    },
  }) as unknown as Duplex;

/** Frames are made once and shared by all sockets. */
const texts = new WeakMap<ServerFrame, string>();

function textOf(frame: ServerFrame): string {
  const known = texts.get(frame);
  if (known !== undefined) return known;
  const text = JSON.stringify(frame);
  texts.set(frame, text);
  return text;
}

const randomOf = (rng: Rng): Random => ({
  bytes: (count) => Uint8Array.from({ length: count }, () => rng.whole(0, 255)),
});

const nobodySends = () => {
  throw new Error('nobody sends files here');
};
const noFiles: FileStore = {
  put: nobodySends,
  get: nobodySends,
  remove: async () => {},
  halves: {
    begin: nobodySends,
    find: nobodySends,
    append: nobodySends,
    read: nobodySends,
    makeWhole: nobodySends,
    letGo: nobodySends,
    tidy: async () => {},
  },
};
