import { asPayload, type DlgId, type Seq, type UserId } from '@trialogue/protocol';
import { ImError, type HistoryPage, type Received } from '@trialogue/sdk/core';

import { Broken } from './check/broken.ts';
import { Observer } from './check/observer.ts';
import { checkPage, type Range } from './check/pages.ts';
import { Copy } from './copy.ts';
import type { Ground } from './ground.ts';

export type AskForPage = (range: Range & { dlgId: DlgId }) => Promise<HistoryPage>;

/** What somebody sees of the conversations: what the client gave, and what was fetched. All of it is checked. */
export class Screen {
  readonly #userId: UserId;
  readonly #on: Ground;
  readonly #ask: AskForPage;
  readonly #copies = new Map<DlgId, Copy>();
  /** A client that is gone fills no more. */
  #filling = new Set<DlgId>();
  #observer: Observer;

  constructor(userId: UserId, on: Ground, ask: AskForPage) {
    this.#userId = userId;
    this.#on = on;
    this.#ask = ask;
    this.#observer = new Observer(userId);
  }

  /** A new client gives everything anew; the copies stay. */
  startOver(client: string): void {
    this.#observer = new Observer(client);
    this.#filling = new Set();
  }

  /** Another conversation was chosen, or the same one anew. */
  chose(): void {
    this.#observer.chose();
  }

  opened(dlgId: DlgId, head: Seq): void {
    this.#on.checks.hold(() => this.#observer.opened(dlgId, head));
    void this.fill(dlgId);
  }

  /** Up to where the client has given this conversation, if it is the chosen one. */
  upTo(dlgId: DlgId): Seq | undefined {
    return this.#observer.upTo(dlgId);
  }

  give(message: Received): void {
    const { checks, say } = this.#on;
    const { dlgId, seq } = message;
    say(`${this.#userId} is given ${dlgId} ${seq}`);
    checks.hold(() => {
      this.#observer.given(dlgId, seq);
      this.#takeIn(message, true);
    });
  }

  /** Puts a message on the screen, whichever way it came. */
  #takeIn(message: Received, isLive: boolean): void {
    const { ledger, sends, membership } = this.#on.checks;
    const { dlgId, payload, error, ...row } = message;
    ledger.shown(dlgId, row, this.#userId);
    if (payload === null) {
      // The key of its newest messages was not to be had just then; it is fetched again.
      if (!isLive && (error === 'E_KEY' || error === 'E_EPOCH')) return;
      // Whoever is removed may have been given what is under a new key, but not the key.
      if (membership.wasRemovedSince(dlgId, this.#userId, row.seq)) return;
      throw new Broken('I13', `${this.#userId} cannot read ${dlgId} ${row.seq}: ${error}`, row);
    }
    const copy = this.copyOf(dlgId);
    copy.add(row);
    const said = asPayload(payload);
    if (said.type === 'text') sends.read(dlgId, row, said.text);
    if (said.type === 'system' && said.event === 'recalled' && said.seq !== undefined) copy.recall(said.seq);
  }

  copyOf(dlgId: DlgId): Copy {
    const copy = this.#copies.get(dlgId) ?? new Copy();
    this.#copies.set(dlgId, copy);
    return copy;
  }

  isFilling(dlgId: DlgId): boolean {
    return this.#filling.has(dlgId);
  }

  /** Fetches what the copy lacks, from the newest down. */
  async fill(dlgId: DlgId): Promise<void> {
    const filling = this.#filling;
    if (filling.has(dlgId)) return;
    filling.add(dlgId);
    const copy = this.copyOf(dlgId);
    try {
      let head = this.#observer.upTo(dlgId) ?? 0;
      for (let missing = copy.missing(head); missing !== undefined; missing = copy.missing(head)) {
        const page = await this.page(dlgId, { before: missing + 1, limit: this.#on.rng.whole(1, 20) });
        head = Math.max(head, this.#observer.upTo(dlgId) ?? 0);
        if (page.hasMore) this.#on.seen('page with more behind it');
        if (page.head > head) this.#on.seen('history while others append');
        if (copy.missing(missing) === missing) return;
      }
    } catch (error) {
      isRefusal(error);
    } finally {
      filling.delete(dlgId);
    }
  }

  /** The whole conversation, fetched anew, page after page. */
  async fetchAll(dlgId: DlgId): Promise<Received[]> {
    const all: Received[] = [];
    for (;;) {
      const page = await this.page(dlgId, { after: all.at(-1)?.seq ?? 0, limit: this.#on.rng.whole(5, 50) });
      all.push(...page.list);
      if (!page.hasMore) return all;
    }
  }

  async page(dlgId: DlgId, range: Range): Promise<HistoryPage> {
    const { checks } = this.#on;
    const page = await this.#ask({ dlgId, ...range });
    checks.hold(() => {
      checkPage(range, page, this.#userId);
      for (const message of page.list) this.#takeIn(message, false);
    });
    return page;
  }
}

/** A request may be refused or get no answer; anything else is a bug. */
export function isRefusal(error: unknown): void {
  if (!(error instanceof ImError)) throw error;
}
