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
  send(text: string): void;
  close(code: number): void;
}

/** The node that takes calls, if it is up. */
export type Accept = (connection: Connection) => End;

interface Way {
  /** Undefined: this end has hung up or is gone. */
  to: End | undefined;
  /** Frames arrive in order, so none before this. */
  busyUntil: number;
}

/** One connection, from the dialing to when both ends know that it is over. */
export class Connection {
  readonly #net: Network;
  readonly #who: string;
  readonly #up: Way = { to: undefined, busyUntil: 0 };
  readonly #down: Way;
  #isCut = false;

  constructor(net: Network, who: string, client: End) {
    this.#net = net;
    this.#who = who;
    this.#down = { to: client, busyUntil: 0 };
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
    if (this.#isCut) return;
    this.#isCut = true;
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

  #carry(way: Way, text: string): void {
    const { rng, seen } = this.#net;
    const { overtakes, doubles } = this.#net.mood();
    this.#net.frames++;
    const isLoose = LOOSE.has(opOf(text));
    const isStray = isLoose && way === this.#down;
    if (isStray && rng.chance(overtakes)) {
      seen('reordered frame');
      this.#at(way, rng.whole(0, OVERTAKE_MS), text);
    } else {
      this.#later(way, opOf(text), (to) => to.heard(text), true);
    }
    if (isLoose && rng.chance(doubles)) {
      seen('doubled frame');
      if (isStray) this.#at(way, rng.whole(0, OVERTAKE_MS), text);
      else this.#later(way, opOf(text), (to) => to.heard(text), true);
    }
  }

  #at(way: Way, ms: number, text: string): void {
    this.#net.schedule.after(ms, `${this.#arrow(way)} ${opOf(text)}, stray`, () => {
      if (!this.#isCut) way.to?.heard(text);
    });
  }

  /** In order, behind what is on its way already. */
  #later(way: Way, what: string, run: (to: End) => void, isFrame = false): void {
    const { schedule, rng, mood, seen } = this.#net;
    way.busyUntil = Math.max(way.busyUntil, schedule.now() + 1 + rng.delay(mood().latencyMs));
    schedule.after(way.busyUntil - schedule.now(), `${this.#arrow(way)} ${what}`, () => {
      if (this.#isCut) {
        if (isFrame) seen('frame lost in a cut');
      } else if (way.to) run(way.to);
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
    return `${this.#who} ${way === this.#up ? '►' : '◄'}`;
  }
}

/** Carries frames between people and the node. */
export class Network {
  readonly schedule: Schedule;
  readonly rng: Rng;
  readonly mood: () => NetworkMood;
  readonly seen: (marker: Marker) => void;
  frames = 0;

  constructor(around: { schedule: Schedule; rng: Rng; mood: () => NetworkMood; seen: (marker: Marker) => void }) {
    this.schedule = around.schedule;
    this.rng = around.rng;
    this.mood = around.mood;
    this.seen = around.seen;
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

const opOf = (text: string): string => /^\{"op":"(\w+)"/.exec(text)?.[1] ?? '?';
