import type { History } from '../history/writer.ts';
import { comesTrue } from '../time.ts';
import type { Client, Ears } from './client.ts';

/** Everybody who talks to the server in a run, and what became of their messages. */
export class Crowd {
  readonly clients: Client[] = [];
  /** Those whose way back nobody waits for: they take their time on purpose. */
  readonly #patient = new Set<Client>();
  readonly history: History;
  acked = 0;
  readonly refusals = new Map<string, number>();
  /** Conversations whose log was replaced by another. */
  readonly renewed = new Set<string>();
  readonly closes = new Map<number, number>();
  #lastAckAt = 0;
  #firstAck: { after: number; at: number | undefined } = { after: Infinity, at: undefined };

  constructor(history: History) {
    this.history = history;
  }

  readonly ears: Ears = {
    acked: (_, since) => {
      this.acked++;
      this.#lastAckAt = performance.now();
      if (since > this.#firstAck.after) this.#firstAck = { after: Infinity, at: performance.now() };
    },
    refused: (_, error) => void this.refusals.set(error, (this.refusals.get(error) ?? 0) + 1),
    renewed: (_, dlg) => void this.renewed.add(dlg),
    closed: (_, code) => void this.closes.set(code, (this.closes.get(code) ?? 0) + 1),
  };

  add(client: Client, { isPatient = false } = {}): void {
    this.clients.push(client);
    if (isPatient) this.#patient.add(client);
    client.start();
  }

  send(isSending: boolean): void {
    for (const client of this.clients) {
      client.isSending = isSending;
      if (isSending) client.wake();
    }
  }

  fault(what: string): void {
    this.history.tell('nemesis', { f: 'fault', what });
  }

  /** Looks out for the first acknowledgement from now on; `onNew`: over a connection that is yet to be opened. */
  awaitFirstAck({ onNew = true } = {}): void {
    this.#firstAck = { after: onNew ? performance.now() : -1, at: undefined };
  }

  lastAckAt(): number {
    return this.#lastAckAt;
  }

  firstAckAt(): number | undefined {
    return this.#firstAck.at;
  }

  isHome(since: number): boolean {
    return this.#waitedFor().every((client) => (client.homeSince() ?? -1) >= since);
  }

  /** When the last of them was there again and had caught up. */
  homeAt(): number {
    return Math.max(...this.#waitedFor().map((client) => client.homeSince() ?? Infinity));
  }

  #waitedFor(): Client[] {
    return this.clients.filter((client) => !this.#patient.has(client));
  }

  /** @throws {Error} naming who is not there in time. */
  async allHome(since: number, withinMs: number): Promise<void> {
    if (await comesTrue(() => this.isHome(since), withinMs)) return;
    const missing = this.#waitedFor().filter((client) => (client.homeSince() ?? -1) < since);
    const names = missing.map(({ proc }) => proc).join(', ');
    throw new Error(`everybody connected and caught up: not within ${withinMs / 1000} s, without ${names}`);
  }

  /** Stops sending, and waits until all that was sent is answered and all have it. Gives how long that took. */
  async settle(withinMs = 60_000): Promise<number> {
    const startedAt = performance.now();
    this.send(false);
    await comesTrue(() => this.clients.every((client) => client.isIdle()) && this.isLevel(), withinMs, 10);
    return performance.now() - startedAt;
  }

  /** Whether all have opened their conversations, and hold as much of each as anybody was told of. */
  isLevel(): boolean {
    const heads = new Map<string, number>();
    const stands = this.clients.flatMap((client) => client.stands());
    for (const { dlg, seen, head } of stands) heads.set(dlg, Math.max(heads.get(dlg) ?? 0, head, seen));
    // A log without a name: killed while it was being opened for the first time, and on the way back.
    return stands.every(({ dlg, seen }) => dlg !== '' && seen === heads.get(dlg));
  }

  tellEnds(): void {
    for (const client of this.clients) {
      for (const { dlg, seen } of client.stands())
        this.history.tell(client.proc, { f: 'sync', dlg, head: seen, end: true });
    }
  }

  stop(): void {
    for (const client of this.clients) client.stop();
  }
}
