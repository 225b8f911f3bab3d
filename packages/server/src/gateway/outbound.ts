import type { Duplex } from 'node:stream';
import { getHeapStatistics } from 'node:v8';

import { limits as defaults, type Limits } from '@trialogue/protocol';

import { everySoOften, machineTimers, type Timers } from './timers.ts';

const WATCH_MS = 1_000;
/** Of what a process may keep at all, so much may lie unsent for those who do not read. */
const UNSENT_SHARE = 0.25;

type UnsentLimits = Pick<Limits, 'unsentBytes' | 'unsentMs'>;

/** Where the frames of one socket go out. */
export interface Outbound {
  /** Queues one whole frame; it leaves with everything else of this turn of the event loop, in one write. */
  send(frame: Buffer): void;
  /** Writes what is queued now. */
  flush(): void;
  /** Nothing more goes out, queued or not. */
  stop(): void;
  /** Bytes that the network has not taken yet. */
  unsentBytes(): number;
}

/** What it is to know of the socket besides. */
export interface Way {
  /** False from the first close frame on. */
  isOpen(): boolean;
  onChoked(): void;
}

/** Sends for all sockets of a node: see {@link createSender}. */
export interface Sender {
  open(socket: Duplex, way: Way): Outbound;
  close(): void;
}

/**
 * Sends for all sockets of a node. We write to the network socket ourselves, always whole frames, one write for each
 * socket and turn; `ws` shares the socket for its pongs and closes, whole frames as well.
 *
 * `onChoked` is called once for a socket that does not read: too many bytes unsent after a write, or some of them
 * for too long, or more than all sockets together may leave unsent while it has the most. Nothing is ever left out in
 * between (I25). After a close frame, whosever, nothing follows.
 */
export function createSender({
  limits = defaults,
  unsentInAllBytes = UNSENT_SHARE * getHeapStatistics().heap_size_limit,
  timers = machineTimers,
}: { limits?: UnsentLimits; unsentInAllBytes?: number; timers?: Timers } = {}): Sender {
  const dirty = new Set<Out>();
  const stalled = new Set<Out>();
  let cancelTurn: (() => void) | undefined;

  const endTurn = () => {
    cancelTurn = undefined;
    const all = [...dirty];
    dirty.clear();
    for (const out of all) out.flush();
  };
  const stopWatching = everySoOften(timers, WATCH_MS, () => {
    for (const out of stalled) if (!out.isMoving(timers.now())) stalled.delete(out);
    shed(stalled, unsentInAllBytes);
  });

  return {
    open(socket, way) {
      return new Out(socket, way, { limits, timers, stalled }, (out) => {
        dirty.add(out);
        cancelTurn ??= timers.endOfTurn(endTurn);
      });
    },
    close() {
      stopWatching();
      cancelTurn?.();
    },
  };
}

/** Whoever has left the most unread goes first, until the rest may stay. */
function shed(stalled: Iterable<Out>, mostBytes: number): void {
  const outs = [...stalled].map((out) => ({ out, unsent: out.unsentBytes() }));
  let inAll = outs.reduce((sum, { unsent }) => sum + unsent, 0);
  if (inAll <= mostBytes) return;
  for (const { out, unsent } of outs.sort((a, b) => b.unsent - a.unsent)) {
    if (inAll <= mostBytes) return;
    out.choke();
    inAll -= unsent;
  }
}

interface Around {
  limits: UnsentLimits;
  timers: Timers;
  stalled: Set<Out>;
}

class Out implements Outbound {
  readonly #socket: Duplex;
  readonly #line: Way;
  readonly #at: Around;
  readonly #atEndOfTurn: (out: Out) => void;
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  /** Bytes given to the socket since the beginning. */
  #given = 0;
  /** While bytes lie unsent: how far `#given` was when. */
  #milestones: { given: number; at: number }[] = [];
  #isStopped = false;

  constructor(socket: Duplex, line: Way, at: Around, atEndOfTurn: (out: Out) => void) {
    this.#socket = socket;
    this.#line = line;
    this.#at = at;
    this.#atEndOfTurn = atEndOfTurn;
  }

  send(frame: Buffer): void {
    if (this.#isStopped) return;
    if (this.#queue.length === 0) this.#atEndOfTurn(this);
    this.#queue.push(frame);
    this.#queuedBytes += frame.length;
  }

  flush(): void {
    const [first] = this.#queue;
    if (this.#isStopped || !first) return;
    const bytes = this.#queue.length === 1 ? first : Buffer.concat(this.#queue, this.#queuedBytes);
    this.#queue = [];
    this.#queuedBytes = 0;
    if (!this.#line.isOpen() || !this.#socket.writable) return this.stop();

    this.#socket.write(bytes);
    this.#given += bytes.length;
    const unsent = this.#socket.writableLength;
    if (unsent > this.#at.limits.unsentBytes) return this.choke();
    if (unsent > 0 && !this.#at.stalled.has(this)) {
      this.#at.stalled.add(this);
      this.#milestones = [{ given: this.#given, at: this.#at.timers.now() }];
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#at.stalled.delete(this);
  }

  unsentBytes(): number {
    return this.#queuedBytes + this.#socket.writableLength;
  }

  /** Looks after a socket that had unsent bytes: false once there is nothing left to watch. */
  isMoving(now: number): boolean {
    const unsent = this.#socket.writableLength;
    if (unsent === 0 || this.#isStopped) return false;
    const taken = this.#given - unsent;
    this.#milestones = this.#milestones.filter(({ given }) => given > taken);
    const [oldest] = this.#milestones;
    if (oldest && now - oldest.at > this.#at.limits.unsentMs) {
      this.choke();
      return false;
    }
    if (this.#milestones.at(-1)?.given !== this.#given) this.#milestones.push({ given: this.#given, at: now });
    return true;
  }

  choke(): void {
    this.stop();
    this.#line.onChoked();
  }
}
