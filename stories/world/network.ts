import type { Instant } from '@trialogue/protocol';

import type { Marker } from './markers.ts';
import type { Rng } from './rng.ts';
import type { Schedule } from './schedule.ts';

/** How the network behaves. Drawn from the seed: some worlds are calm, some brutal. */
export interface NetworkMood {
  /** Longest time of a frame on its way. */
  latencyMs: number;
  /** Chance that a frame comes twice, or overtakes others. TCP does neither: with 0, only delay and loss remain. */
  doubles: number;
  overtakes: number;
  /** Chance that an end of a broken connection does not learn of it by itself. */
  halfOpen: number;
}

/**
 * Frames of these kinds may be doubled, and on the way down overtaken; the handshake is what it is. On the way up the
 * order stays: a send that came again after its message was sealed anew would be another message under the same id.
 */
const LOOSE = new Set([
  'message',
  'ack',
  'nack',
  'head',
  'receipt',
  'page',
  'ping',
  'key',
  'send',
  'history',
  'delivered',
  'read',
  'pong',
]);
const LOST = 1006;
const OVERTAKE_MS = 3_000;
const NOTICE_MS = 3_000;

/** What one end hears. After `lost` nothing more comes. */
export interface End {
  opened(): void;
  heard(text: string): void;
  lost(code: number, reason: string): void;
}

/** What one end can do. */
export interface Line {
  /** @returns whether the network makes two of it */
  send(text: string): boolean;
  close(code: number): void;
}

/** The node that takes calls, if it is up. */
export type Accept = (connection: Connection) => End;

interface Way {
  /** Undefined: this end has hung up or is gone. */
  to: End | undefined;
  /** Frames arrive in order, so none before this. */
  busyUntil: number;
  /** Of frames that the network has not taken yet. */
  unsentBytes: number;
}

/** One connection, from the dialing to when both ends know that it is over. */
export class Connection {
  readonly #net: Network;
  readonly #arrows: { up: string; down: string };
  readonly #up: Way = { to: undefined, busyUntil: 0, unsentBytes: 0 };
  readonly #down: Way;
  cutAt: Instant | undefined;

  constructor(net: Network, who: string, client: End) {
    this.#net = net;
    this.#arrows = { up: arrowOf(who, true), down: arrowOf(who, false) };
    this.#down = { to: client, busyUntil: 0, unsentBytes: 0 };
  }

  /** The line as the client holds it. */
  readonly client: Line = {
    send: (text) => this.#carry(this.#up, text),
    close: (code) => {
      this.#down.to = undefined;
      this.#hangUp(this.#up, code);
    },
  };

  /** The line as the server holds it. */
  readonly server: Line = {
    send: (text) => this.#carry(this.#down, text),
    close: (code) => {
      this.#up.to = undefined;
      this.#hangUp(this.#down, code);
    },
  };

  get isCut(): boolean {
    return this.cutAt !== undefined;
  }

  /** Bytes for the client that the network has not taken. */
  get unsentBytes(): number {
    return this.#down.unsentBytes;
  }

  answered(server: End): void {
    this.#up.to = server;
    this.#later(this.#down, 'open', (client) => client.opened());
    server.opened();
  }

  /** Nobody is there, or no way to it. */
  failed(): void {
    this.#hangUp(this.#down, LOST);
  }

  /** The network breaks: what is on its way is gone, and each end learns of it some time, or never. */
  cut(): void {
    if (this.isCut) return;
    this.cutAt = this.#net.schedule.now();
    for (const way of [this.#up, this.#down]) {
      if (!way.to) continue;
      if (this.#net.rng.chance(this.#net.mood().halfOpen)) this.#net.seen('half-open connection');
      else this.#net.schedule.after(this.#net.rng.delay(NOTICE_MS), 'loss noticed', () => this.#end(way, LOST));
    }
  }

  /** The server's process is gone: it hears nothing any more, and its machine tells the client. */
  crash(): void {
    this.#up.to = undefined;
    this.#hangUp(this.#down, LOST);
  }

  #carry(way: Way, text: string): boolean {
    const { rng, seen } = this.#net;
    const { overtakes, doubles } = this.#net.mood();
    this.#net.frames++;
    const op = opOf(text);
    const isLoose = LOOSE.has(op);
    const isStray = isLoose && way === this.#down;
    if (isStray && rng.chance(overtakes)) {
      seen('reordered frame');
      this.#at(way, rng.whole(0, OVERTAKE_MS), text);
    } else {
      this.#later(way, op, (to) => to.heard(text), text.length);
    }
    const isDoubled = isLoose && rng.chance(doubles);
    if (isDoubled) {
      seen('doubled frame');
      if (isStray) this.#at(way, rng.whole(0, OVERTAKE_MS), text);
      else this.#later(way, op, (to) => to.heard(text), text.length);
    }
    return isDoubled;
  }

  #at(way: Way, ms: number, text: string): void {
    this.#net.schedule.after(ms, `${this.#arrow(way)} ${opOf(text)}, stray`, () => {
      if (!this.isCut) way.to?.heard(text);
    });
  }

  /** In order, behind what is on its way already. */
  #later(way: Way, what: string, run: (to: End) => void, bytes = 0): void {
    const { schedule, rng, mood, seen } = this.#net;
    way.busyUntil = Math.max(way.busyUntil, schedule.now() + 1 + rng.delay(mood().latencyMs));
    const arrow = this.#arrow(way);
    const arrive = () => {
      if (this.isCut) {
        if (bytes > 0) seen('frame lost in a cut');
      } else if (way.to) run(way.to);
    };
    schedule.after(way.busyUntil - schedule.now(), `${arrow} ${what}`, () => {
      const clog = this.#net.clogs.get(arrow);
      if (!clog) return arrive();
      way.unsentBytes += bytes;
      clog.push(() => {
        way.unsentBytes -= bytes;
        arrive();
      });
    });
  }

  #hangUp(way: Way, code: number): void {
    this.#later(way, `hang up ${code}`, () => this.#end(way, code));
  }

  #end(way: Way, code: number): void {
    const { to } = way;
    way.to = undefined;
    to?.lost(code, '');
  }

  #arrow(way: Way): string {
    return way === this.#up ? this.#arrows.up : this.#arrows.down;
  }
}

/** Carries frames between people and the node. */
export class Network {
  readonly schedule: Schedule;
  readonly rng: Rng;
  readonly mood: () => NetworkMood;
  readonly seen: (marker: Marker) => void;
  frames = 0;
  /** Ways on which nothing gets through for a while, and what waits there. */
  readonly clogs = new Map<string, (() => void)[]>();

  constructor(around: { schedule: Schedule; rng: Rng; mood: () => NetworkMood; seen: (marker: Marker) => void }) {
    this.schedule = around.schedule;
    this.rng = around.rng;
    this.mood = around.mood;
    this.seen = around.seen;
  }

  /** Stops the traffic of somebody in one direction; what waits comes in order afterwards. */
  clog(who: string, isUp: boolean, ms: number): void {
    const arrow = arrowOf(who, isUp);
    if (this.clogs.has(arrow)) return;
    this.seen('link clogged');
    this.clogs.set(arrow, []);
    this.schedule.after(ms, `${arrow} flows again`, () => this.unclog(arrow));
  }

  unclog(arrow: string): void {
    const waiting = this.clogs.get(arrow) ?? [];
    this.clogs.delete(arrow);
    for (const run of waiting) this.schedule.after(0, `${arrow} late`, run);
  }

  /** Dials; `reach` gives who answers, if anybody does when the call gets there. */
  dial(who: string, client: End, reach: () => Accept | undefined): Connection {
    const connection = new Connection(this, who, client);
    this.schedule.after(1 + this.rng.delay(this.mood().latencyMs), `${who} dials`, () => {
      const accept = reach();
      if (accept) connection.answered(accept(connection));
      else connection.failed();
    });
    return connection;
  }
}

const arrowOf = (who: string, isUp: boolean): string => `${who} ${isUp ? '►' : '◄'}`;

/** What kind of frame it is; both ends write `op` first. */
export const opOf = (text: string): string => text.slice(OP_AT, text.indexOf('"', OP_AT));
const OP_AT = '{"op":"'.length;
