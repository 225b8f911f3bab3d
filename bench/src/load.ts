import { ownCpu } from './cpu.ts';
import { count, emptyHistogram, type Histogram } from './histogram.ts';
import { Member } from './member.ts';
import type { Seat } from './platform.ts';

/** What main.ts tells a generator process, and what it answers. */
export interface Crowd {
  wsUrl: string;
  groups: Seat[][];
  size: number;
}

export interface Phase {
  /** In the closed loop each conversation sends its next message when one is acked; in the open one at a set rate. */
  loop: { inFlight: number } | { rate: number };
  warmUpMs: number;
  ms: number;
}

export interface Outcome {
  /** Within the measured time. */
  acked: number;
  delivered: number;
  acks: Histogram;
  deliveries: Histogram;
  cpuSeconds: number;
  /** From the first to the last message, warm-up included. */
  refused: number;
  /** Deliveries that should have come and did not. */
  missing: number;
  wrong: string[];
}

const JOIN_AT_ONCE = 8;
const QUIET_MS = 8_000;

export class Load {
  readonly #groups: { members: Member[]; next: number }[] = [];
  readonly #groupOf = new Map<Member, { members: Member[]; next: number }>();
  #onAcked: (member: Member, dueAt: number) => void = () => {};
  #onRefused: (member: Member, error: string, retryAfterMs: number) => void = () => {};
  #onDelivered: (dueAt: number) => void = () => {};
  #wrong: string[] = [];

  static async gather({ wsUrl, groups, size }: Crowd): Promise<Load> {
    const load = new Load();
    const events = {
      acked: (member: Member, dueAt: number) => load.#onAcked(member, dueAt),
      refused: (member: Member, error: string, ms: number) => load.#onRefused(member, error, ms),
      delivered: (dueAt: number) => load.#onDelivered(dueAt),
      wrong: (what: string) => void load.#wrong.push(what),
    };
    const url = new URL(wsUrl);
    const seats = groups.flatMap((group, at) => group.map((seat) => ({ seat, at })));
    const crowd: Member[][] = groups.map(() => []);
    let next = 0;
    const work = async () => {
      for (let at = next++; at < seats.length; at = next++) {
        const { seat, at: group } = seats[at] as (typeof seats)[number];
        crowd[group]?.push(await Member.join(url, seat, at, size, events));
      }
    };
    await Promise.all(Array.from({ length: JOIN_AT_ONCE }, work));
    for (const members of crowd) {
      const group = { members, next: 0 };
      load.#groups.push(group);
      for (const member of members) load.#groupOf.set(member, group);
    }
    return load;
  }

  async run({ loop, warmUpMs, ms }: Phase): Promise<Outcome> {
    const startAt = performance.now();
    const from = startAt + warmUpMs;
    const to = from + ms;
    const acks = emptyHistogram();
    const deliveries = emptyHistogram();
    let [acked, delivered, refused] = [0, 0, 0];
    let [sentInAll, settledInAll, due, deliveredInAll] = [0, 0, 0, 0];
    this.#wrong = [];

    const send = (group: { members: Member[]; next: number }, dueAt: number) => {
      const member = group.members[group.next++ % group.members.length];
      member?.send(dueAt);
      sentInAll++;
    };
    const sendNext = (member: Member, now: number) => {
      const group = this.#groupOf.get(member);
      if (group && now < to && 'inFlight' in loop) send(group, now);
    };
    this.#onAcked = (member, dueAt) => {
      const now = performance.now();
      settledInAll++;
      due += (this.#groupOf.get(member)?.members.length ?? 1) - 1;
      if (now >= from && now < to) acked++;
      if (dueAt >= from && dueAt < to) count(acks, now - dueAt);
      sendNext(member, now);
    };
    this.#onRefused = (member, error, retryAfterMs) => {
      settledInAll++;
      refused++;
      if (error !== 'rate.limited') this.#wrong.push(`refused: ${error}`);
      setTimeout(() => sendNext(member, performance.now()), retryAfterMs);
    };
    this.#onDelivered = (dueAt) => {
      const now = performance.now();
      deliveredInAll++;
      if (now >= from && now < to) delivered++;
      if (dueAt >= from && dueAt < to) count(deliveries, now - dueAt);
    };

    const pump = 'rate' in loop ? this.#atRate(loop.rate, startAt, to, send) : undefined;
    if ('inFlight' in loop) {
      for (const group of this.#groups) for (let at = 0; at < loop.inFlight; at++) send(group, startAt);
    }
    await sleep(from - performance.now());
    const cpuBefore = ownCpu();
    await sleep(to - performance.now());
    const cpuSeconds = ownCpu() - cpuBefore;
    await pump;

    const until = performance.now() + QUIET_MS;
    while ((settledInAll < sentInAll || deliveredInAll < due) && performance.now() < until) await sleep(20);
    if (settledInAll < sentInAll) this.#wrong.push(`${sentInAll - settledInAll} sends were never answered`);
    return {
      acked,
      delivered,
      acks,
      deliveries,
      cpuSeconds,
      refused,
      missing: due - deliveredInAll,
      wrong: this.#wrong,
    };
  }

  leave(): void {
    for (const { members } of this.#groups) for (const member of members) member.leave();
  }

  /** Each message has its moment, and its latency counts from there, however late this process comes to send it. */
  async #atRate(
    rate: number,
    startAt: number,
    to: number,
    send: (group: { members: Member[]; next: number }, dueAt: number) => void,
  ): Promise<void> {
    const everyMs = 1000 / rate;
    for (let at = 0; startAt + at * everyMs < to;) {
      for (; startAt + at * everyMs <= performance.now(); at++) {
        const group = this.#groups[at % this.#groups.length];
        if (group) send(group, startAt + at * everyMs);
      }
      await sleep(1);
    }
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
