import { performance } from 'node:perf_hooks';

import { now, sleep } from '../clock.ts';
import { ownCpu } from '../cpu.ts';
import { count, emptyHistogram, type Histogram } from '../histogram.ts';
import type { Membership, Seat } from '../seats.ts';
import { Client } from './client.ts';
import type { Kind } from './dialects/dialect.ts';
import { dialects, type DialectName } from './dialects/index.ts';
import { ID_LENGTH, messageId, readMessageId } from './messageId.ts';

/** Who one generator process plays. */
export interface Company {
  origin: string;
  dialect: DialectName;
  seats: Seat[];
  /** Characters of one content. */
  size: number;
  /** So many sign in at a time. */
  atOnce: number;
}

export interface Phase {
  /** By the clock that all processes share: they begin together. */
  startAt: number;
  /** In the closed loop a group's next message is sent when one has reached all; in the open one at a set rate. */
  loop: { inFlight: number; total?: number } | { rate: number };
  warmUpMs: number;
  ms: number;
  /** Gives up when so many messages wait for their ack: the server will not catch up. */
  waitingMost?: number;
  /** Keeps the ids of what was acked. */
  keepsIds?: boolean;
}

/** So far, warm-up included. */
export interface Counts {
  sent: number;
  acked: number;
  refused: number;
  delivered: number;
}

/** What one process saw of a phase. */
export interface Outcome extends Counts {
  /** Within the measured time. */
  ackedInTime: number;
  deliveredInTime: number;
  seconds: number;
  acks: Histogram;
  deliveries: Histogram;
  /** How much later than due this process came to send. */
  lag: Histogram;
  cpuSeconds: number;
  /** Share of the time in which its event loop had work. */
  busy: number;
  gaveUp: boolean;
  /** Deliveries that came before an earlier one of their group, or twice. */
  outOfOrder: number;
  wrong: string[];
  ids: string[];
}

interface Group {
  sender: Client | undefined;
  write: ((id: string) => string) | undefined;
  /** Of this process, who hear the messages of others. */
  hearers: number;
  nth: number;
  sent: number;
  acked: number;
  delivered: number;
}

/** Sockets of one process, and what they hear. */
export class Crowd {
  readonly #clients: Client[] = [];
  readonly #groups = new Map<number, Group>();
  readonly #senders: [number, Group][] = [];
  /** Before the first phase nothing counts. */
  #phase = new Running({ startAt: Infinity, loop: { rate: 0 }, warmUpMs: 0, ms: 0 });

  static async gather({ origin, dialect, seats, size, atOnce }: Company): Promise<Crowd> {
    const crowd = new Crowd();
    let next = 0;
    const work = async () => {
      for (let seat = seats[next++]; seat; seat = seats[next++]) {
        crowd.#take(await Client.join(origin, seat, dialects[dialect](), crowd), size);
      }
    };
    const all = await Promise.allSettled(Array.from({ length: atOnce }, work));
    const failed = all.find((each) => each.status === 'rejected');
    if (failed) {
      crowd.leave();
      throw failed.reason;
    }
    for (const [group, each] of crowd.#groups) if (each.sender) crowd.#senders.push([group, each]);
    return crowd;
  }

  /** How many send here: the rate is shared out by it. */
  get senders(): number {
    return this.#senders.length;
  }

  /** Sends until the end of the phase. What is still under way then is counted on, until `collect`. */
  async run(phase: Phase): Promise<void> {
    for (const [, group] of this.#senders) group.sent = group.acked = group.delivered = 0;
    const run = (this.#phase = new Running(phase));
    const { startAt, from, to } = run;
    while (now() < startAt) await sleep(1);
    const sending =
      'rate' in phase.loop ? this.#atRate(phase.loop.rate) : Promise.resolve(this.#keepInFlight(phase.loop.inFlight));

    await sleep(from - now());
    const [cpuBefore, busyBefore, begun] = [ownCpu(), performance.eventLoopUtilization(), now()];
    await Promise.race([sleep(to - now()), run.ended]);
    run.to = Math.min(to, now());
    run.seconds = (run.to - begun) / 1000;
    run.cpuSeconds = ownCpu() - cpuBefore;
    run.busy = performance.eventLoopUtilization(busyBefore).utilization;
    await sending;
  }

  get counts(): Counts {
    const { sent, acked, refused, delivered } = this.#phase;
    return { sent, acked, refused, delivered };
  }

  collect(): Outcome {
    const { plan: _plan, startAt: _startAt, from: _from, to: _to, end: _end, ended: _ended, ...outcome } = this.#phase;
    return { ...outcome, wrong: [...new Set(outcome.wrong)].slice(0, 10) };
  }

  /** Every client asks for one page after the other. @returns how long each took, in ms */
  async readPages(size: number, ms: number): Promise<{ pages: number; seconds: number; took: Histogram }> {
    const took = emptyHistogram();
    const begun = now();
    let pages = 0;
    const read = async (client: Client) => {
      const [place] = client.seat.memberOf;
      while (place && now() < begun + ms) {
        const at = now();
        await client.page(place, size);
        count(took, now() - at);
        pages++;
      }
    };
    await Promise.all(this.#clients.map(read));
    return { pages, seconds: (now() - begun) / 1000, took };
  }

  /** Everything that the groups of these clients hold, by message id, page by page. */
  async readBack(): Promise<string[]> {
    const ids: string[] = [];
    for (const client of this.#clients) {
      for (const place of client.seat.memberOf) {
        let before: string | undefined;
        do {
          const page = await client.page(place, 200, before);
          ids.push(...page.ids);
          before = page.before;
        } while (before !== undefined);
      }
    }
    return ids;
  }

  /** Those of them who do not send read no more. @returns how many that are */
  stall(userIds: readonly string[]): number {
    const slow = this.#clients.filter(({ seat }) => userIds.includes(seat.userId));
    for (const client of slow) {
      client.stall();
      for (const { group } of client.seat.memberOf) {
        const each = this.#groups.get(group);
        if (each) each.hearers--;
      }
    }
    return slow.length;
  }

  leave(): void {
    for (const client of this.#clients) client.leave();
  }

  heard(client: Client, kind: Kind, bytes: Buffer, start: number, end: number, at: number): void {
    if (kind === 'delivery') this.#delivered(client, bytes, client.dialect.idAt(bytes, start), at);
    else if (kind === 'ack') this.#acked(bytes, client.dialect.idAt(bytes, start), at);
    else if (kind === 'refusal') {
      this.#phase.refused++;
      this.#phase.wrong.push(`refused: ${bytes.toString('utf8', start, Math.min(end, start + 200))}`);
    }
  }

  ended(client: Client, why: string): void {
    if (!client.isSlow) this.#phase.wrong.push(`a socket ended: ${why}`);
  }

  #take(client: Client, size: number): void {
    this.#clients.push(client);
    for (const membership of client.seat.memberOf) {
      const { group, sends } = membership;
      const each = this.#groups.get(group) ?? emptyGroup();
      this.#groups.set(group, each);
      if (sends) {
        each.sender = client;
        each.write = writerOnce(client, membership, size);
      } else each.hearers++;
    }
  }

  #delivered(client: Client, bytes: Buffer, idAt: number, at: number): void {
    if (client.isSlow) return;
    const { dueAt, group, nth } = readMessageId(bytes, idAt);
    const each = this.#groups.get(group);
    if (!each) return;
    if (each.sender === client) {
      if (client.dialect.echoes) this.#acked(bytes, idAt, at);
      return;
    }
    const last = client.lastIn.get(group) ?? 0;
    if (nth !== last + 1 && last > 0) this.#phase.outOfOrder++;
    if (nth > last) client.lastIn.set(group, nth);

    const run = this.#phase;
    if (dueAt < run.startAt) return;
    run.delivered++;
    each.delivered++;
    if (at >= run.from && at < run.to) run.deliveredInTime++;
    if (dueAt >= run.from && dueAt < run.to) count(run.deliveries, at - dueAt);
    this.#goOn(each, group);
  }

  #acked(bytes: Buffer, idAt: number, at: number): void {
    const { dueAt, group } = readMessageId(bytes, idAt);
    const run = this.#phase;
    const each = this.#groups.get(group);
    if (!each || dueAt < run.startAt) return;
    run.acked++;
    each.acked++;
    if (at >= run.from && at < run.to) run.ackedInTime++;
    if (dueAt >= run.from && dueAt < run.to) count(run.acks, at - dueAt);
    if (run.plan.keepsIds) run.ids.push(bytes.toString('latin1', idAt, idAt + ID_LENGTH));
    this.#goOn(each, group);
  }

  #send(number: number, group: Group, dueAt: number): void {
    const run = this.#phase;
    run.sent++;
    group.sent++;
    group.nth++;
    const at = now();
    if (at >= run.from) count(run.lag, at - dueAt);
    group.sender?.say(group.write?.(messageId({ dueAt, group: number, nth: group.nth })) ?? '');
    if (run.sent - run.acked - run.refused <= (run.plan.waitingMost ?? Infinity)) return;
    run.gaveUp = true;
    run.end();
  }

  /** In the closed loop: as many as have reached everybody are sent anew. */
  #goOn(group: Group, number: number): void {
    const { plan, to } = this.#phase;
    if (!('inFlight' in plan.loop) || now() >= to) return;
    const reached = group.hearers > 0 ? Math.floor(group.delivered / group.hearers) : Infinity;
    const { inFlight, total = Infinity } = plan.loop;
    while (group.sent - Math.min(group.acked, reached) < inFlight && group.sent < total)
      this.#send(number, group, now());
    if (group.acked >= total) this.#phase.end();
  }

  #keepInFlight(inFlight: number): void {
    for (const [number, group] of this.#senders) {
      for (let at = 0; at < inFlight; at++) this.#send(number, group, now());
    }
  }

  /** Each message has its moment, and its latency counts from there, however late this process comes to send it. */
  async #atRate(rate: number): Promise<void> {
    const run = this.#phase;
    const everyMs = 1000 / rate;
    const end = run.from + run.plan.ms;
    for (let at = 0; run.startAt + at * everyMs < end && !run.gaveUp;) {
      for (let dueAt = run.startAt + at * everyMs; dueAt <= now() && dueAt < end && !run.gaveUp;) {
        const [number, group] = this.#senders[at % this.#senders.length] ?? [];
        if (number !== undefined && group) this.#send(number, group, dueAt);
        at++;
        dueAt = run.startAt + at * everyMs;
      }
      await sleep(1);
    }
  }
}

/** It costs an envelope to make one, and most never send. */
function writerOnce(client: Client, membership: Membership, size: number): (id: string) => string {
  let write: ((id: string) => string) | undefined;
  return (id) => (write ??= client.dialect.writer(client.seat, membership, size))(id);
}

const emptyGroup = (): Group => ({
  sender: undefined,
  write: undefined,
  hearers: 0,
  nth: 0,
  sent: 0,
  acked: 0,
  delivered: 0,
});

class Running implements Outcome {
  readonly plan: Phase;
  readonly startAt: number;
  readonly from: number;
  to: number;
  sent = 0;
  acked = 0;
  refused = 0;
  delivered = 0;
  ackedInTime = 0;
  deliveredInTime = 0;
  seconds = 0;
  readonly acks = emptyHistogram();
  readonly deliveries = emptyHistogram();
  readonly lag = emptyHistogram();
  cpuSeconds = 0;
  busy = 0;
  gaveUp = false;
  outOfOrder = 0;
  wrong: string[] = [];
  ids: string[] = [];
  /** Ends the phase before its time. */
  end = () => {};
  readonly ended = new Promise<void>((resolve) => (this.end = resolve));

  constructor(plan: Phase) {
    this.plan = plan;
    this.startAt = plan.startAt;
    this.from = plan.startAt + plan.warmUpMs;
    this.to = this.from + plan.ms;
  }
}
