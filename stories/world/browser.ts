import type { Kept, OutboxStore, Tabs } from '@trialogue/sdk/core';

import type { Rng } from './rng.ts';
import type { Schedule } from './schedule.ts';

/** Longest time until something is written, or read. */
const STORE_MS = 30;
const TAB_MS = 20;

/** One page of a browser, until it is closed. What it had begun to write then is written or not. */
export interface BrowserPage {
  readonly store: OutboxStore;
  readonly tabs: Tabs;
  readonly isOpen: boolean;
  /** The tab is closed, the page loaded anew, or the browser has crashed: nothing of it runs any more. */
  close(): void;
}

/** What a browser has for all its pages of one user: a store that outlives them, locks, and a channel between them. */
export class Browser {
  readonly #schedule: Schedule;
  readonly #rng: Rng;
  readonly #kept = new Map<string, Kept>();
  readonly #open = new Set<string>();
  readonly #hearers = new Map<string, (news: unknown) => void>();
  #lock: Promise<void> = Promise.resolve();
  #pages = 0;
  #busyUntil = 0;
  /** Messages that a closed page left here: whichever page is next has to look after them. */
  readonly left = new Set<string>();

  constructor(schedule: Schedule, rng: Rng) {
    this.#schedule = schedule;
    this.#rng = rng;
  }

  /** What is kept under this name, whoever looks after it. */
  find(dlgId: string, clientMsgId: string): Kept | undefined {
    return [...this.#kept.values()].find((kept) => kept.dlgId === dlgId && kept.clientMsgId === clientMsgId);
  }

  newPage(): BrowserPage {
    const id = `page ${++this.#pages}`;
    const isOpen = () => this.#open.has(id);
    const onClose: (() => void)[] = [];
    this.#open.add(id);
    return {
      store: this.#storeOf(isOpen),
      tabs: this.#tabsOf(id, isOpen, onClose),
      get isOpen() {
        return isOpen();
      },
      close: () => {
        this.#open.delete(id);
        this.#hearers.delete(id);
        for (const act of onClose) act();
      },
    };
  }

  #storeOf(isOpen: () => boolean): OutboxStore {
    // One after the other, whichever page asks, as a database in a browser does it.
    const later = <T>(what: string, work: () => T): Promise<T> =>
      new Promise((resolve) => {
        const now = this.#schedule.now();
        this.#busyUntil = Math.max(this.#busyUntil, now + this.#rng.delay(STORE_MS));
        this.#schedule.after(this.#busyUntil - now, what, () => {
          if (isOpen()) resolve(work());
          else if (this.#rng.chance(0.5)) work();
        });
      });
    const takenOver = (user: string, keeperOf: (by: string) => string): Kept[] => {
      const found = [...this.#kept.values()].filter((kept) => kept.user === user);
      const taken = found.map((kept) => ({ ...kept, by: keeperOf(kept.by) }));
      for (const kept of taken) this.#kept.set(keyOf(kept), kept);
      return taken;
    };
    return {
      all: (user, keeperOf = (by) => by) => later('outbox read', () => takenOver(user, keeperOf)),
      keep: (kept) => later('outbox kept', () => void this.#kept.set(keyOf(kept), kept)),
      forget: (name) => later('outbox forgotten', () => void this.#kept.delete(keyOf(name))),
    };
  }

  #tabsOf(id: string, isOpen: () => boolean, onClose: (() => void)[]): Tabs {
    return {
      id,
      alone: async (_, work) => {
        const before = this.#lock;
        let release = () => {};
        this.#lock = new Promise((resolve) => (release = resolve));
        onClose.push(release);
        await before;
        try {
          return await work((other) => this.#open.has(other));
        } finally {
          release();
        }
      },
      join: (user, hear) => {
        if (user !== '') this.#hearers.set(id, hear);
        return {
          say: (news) => {
            for (const [other, tell] of this.#hearers) {
              if (other === id) continue;
              this.#schedule.after(this.#rng.delay(TAB_MS), 'tab hears', () => {
                if (this.#hearers.get(other) === tell && isOpen()) tell(structuredClone(news));
              });
            }
          },
          leave: () => void (this.#hearers.get(id) === hear && this.#hearers.delete(id)),
        };
      },
    };
  }
}

const keyOf = ({ user, dlgId, clientMsgId }: Pick<Kept, 'user' | 'dlgId' | 'clientMsgId'>): string =>
  `${user} ${dlgId} ${clientMsgId}`;
