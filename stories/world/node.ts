import { closeCodes, type UserId } from '@trialogue/protocol';
import {
  type Bus,
  type Chat,
  Driver,
  type FileStore,
  type KeyWrap,
  type Platform,
  type Random,
  type SignIn,
  type Store,
  createRegistry,
  heard,
  makeChat,
  noMetrics,
  silentLogger,
  startFanout,
  watchTails,
} from '@trialogue/server/core';

import type { Checks } from './check/checks.ts';
import type { Disk } from './disk.ts';
import type { Fault } from './faults.ts';
import { actorOf, userOf } from './names.ts';
import type { Accept, Connection } from './network.ts';
import type { Rng } from './rng.ts';
import type { Schedule } from './schedule.ts';

const DAY_MS = 24 * 60 * 60_000;

export interface NodeParts {
  schedule: Schedule;
  rng: Rng;
  checks: Checks;
  disk: Disk;
  /** What the node sees of the database. */
  store: Store;
  bus: Bus & { kill(): void };
  keyWrap: KeyWrap;
  fault: Fault | undefined;
}

/** One process of the server: the real use cases and the real gateway, on a simulated disk, bus and network. */
export class Node {
  readonly chat: Chat;
  readonly platform: Platform;
  readonly accept: Accept;
  readonly #parts: NodeParts;
  readonly #sockets = new Map<Connection, Driver>();
  readonly #stop: (() => void)[];

  constructor(parts: NodeParts) {
    const { schedule, rng, checks, store, bus, keyWrap, fault } = parts;
    const clock = { now: schedule.now };
    const registry = createRegistry();
    const { chat, platform, log, close } = makeChat({
      store,
      bus,
      keys: keyWrap,
      files: noFiles,
      presence: registry,
      clock,
      random: randomOf(rng),
      warn: (what) =>
        checks.hold(() => {
          throw new Error(`the server warns: ${what}`);
        }),
    });
    const ports = {
      chat,
      log,
      signIn: { authenticate: signIn(schedule) },
      registry,
      clock,
      logger: silentLogger,
      metrics: noMetrics,
    };
    this.chat = chat;
    this.platform = platform;
    this.#parts = parts;
    this.#stop = [startFanout({ ...ports, bus }), close];
    if (fault !== 'never looks whether a notice was lost') this.#stop.push(watchTails(ports));
    this.accept = (connection) => {
      let who: UserId | undefined;
      const line = connection.server;
      const driver = new Driver(
        ports,
        {
          send: (frame) => {
            if (who !== undefined) checks.leaves(who, frame);
            line.send(JSON.stringify(frame));
          },
          close: (reason) => line.close(closeCodes[reason].code),
          unsentBytes: () => 0,
        },
        rng.next(),
        () => {
          who = driver.who.userId;
        },
      );
      this.#sockets.set(connection, driver);
      return {
        opened: () => driver.tell({ type: 'opened', serverTime: clock.now() }),
        heard: (text) => driver.tell(heard(text)),
        lost: () => {
          this.#sockets.delete(connection);
          driver.tell({ type: 'lost' });
        },
      };
    };
  }

  /** `kill -9`: whatever was in memory is gone. */
  kill(): void {
    this.#parts.disk.kill();
    this.#parts.bus.kill();
    for (const stop of this.#stop) stop();
    for (const [connection, driver] of this.#sockets) {
      connection.crash();
      // Only stops its timers: what it still wants done reaches neither the disk nor the network.
      driver.tell({ type: 'lost' });
    }
  }
}

const signIn =
  ({ now }: Schedule): SignIn['authenticate'] =>
  async (token) => ({ ...actorOf(userOf(token)), expiresAt: now() + DAY_MS });

const randomOf = (rng: Rng): Random => ({
  bytes: (count) => Uint8Array.from({ length: count }, () => rng.whole(0, 255)),
});

const noFiles: FileStore = {
  put: () => Promise.reject(new Error('nobody sends files here')),
  get: () => {
    throw new Error('nobody sends files here');
  },
  remove: async () => {},
};
