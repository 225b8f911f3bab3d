import type { ClientMsgId, DlgId, Instant } from '@trialogue/protocol';

import type { Clock } from '../connection/clock.ts';
import type { FailureName } from '../errors.ts';

/** A waiting message as it is kept: sealed. Nothing of it can be read without a key, and none is kept. */
export interface Kept {
  /** Whose it is: user and server. */
  user: string;
  dlgId: DlgId;
  clientMsgId: ClientMsgId;
  content: string;
  /** When it was sent off, by the clock on the wall. Of one page no two are the same. */
  at: Instant;
  /** The tab that looks after it. */
  by: string;
  /** It was given up for this; it goes out only when the application wants it. */
  error?: FailureName | undefined;
  isUnsure: boolean;
}

export type KeptName = Pick<Kept, 'user' | 'dlgId' | 'clientMsgId'>;

/**
 * Where the outbox outlives the page. All tabs of one origin share it. Calls take effect in the order they are made;
 * any may fail.
 *
 * A message is handed in before it is put on the wire for the first time, but not waited for: to send must not wait for
 * a disk. So what `send` has taken survives the page from a few milliseconds later on.
 */
export interface OutboxStore {
  /**
   * What a user has waiting. Each goes to the tab that `keeperOf` names instead of the one that looks after it now, at
   * once: nothing comes between, so that what is forgotten meanwhile does not come back.
   */
  all(user: string, keeperOf?: (by: string) => string): Promise<Kept[]>;
  keep(kept: Kept): Promise<void>;
  forget(name: KeptName): Promise<void>;
}

export const same = (by: string): string => by;

/** For as long as the page lives. */
export function storeInMemory(): OutboxStore {
  const all = new Map<string, Kept>();
  const keyOf = ({ user, dlgId, clientMsgId }: KeptName) => [user, dlgId, clientMsgId].join(' ');
  return {
    async all(user, keeperOf = same) {
      const found = [...all.values()].filter((kept) => kept.user === user);
      return found.map((kept) => {
        const taken = { ...kept, by: keeperOf(kept.by) };
        all.set(keyOf(kept), taken);
        return taken;
      });
    },
    keep: async (kept) => void all.set(keyOf(kept), kept),
    forget: async (name) => void all.delete(keyOf(name)),
  };
}

/** A store that takes longer is taken for broken. */
const PATIENCE_MS = 3_000;

/** A store that does one thing after the other, goes on in memory when it fails, and says so once. */
export function sturdy(store: OutboxStore, clock: Clock, onBroken: (reason: string) => void): OutboxStore {
  const memory = storeInMemory();
  let isBroken = false;
  let last: Promise<unknown> = Promise.resolve();

  async function both<T>(work: (at: OutboxStore) => Promise<T>): Promise<T> {
    const remembered = await work(memory);
    if (isBroken) return remembered;
    try {
      return await inTime(work(store), clock);
    } catch (error) {
      isBroken = true;
      onBroken(error instanceof Error ? error.message : String(error));
      return remembered;
    }
  }
  const inTurn = <T>(work: (at: OutboxStore) => Promise<T>): Promise<T> => {
    const done = last.then(() => both(work));
    last = done;
    return done;
  };
  return {
    all: (user, keeperOf) => inTurn((at) => at.all(user, keeperOf)),
    keep: (kept) => inTurn((at) => at.keep(kept)),
    forget: (name) => inTurn((at) => at.forget(name)),
  };
}

/** Nobody waits for ever for what may hang. */
export const inTime = <T>(work: Promise<T>, clock: Clock): Promise<T> =>
  new Promise((resolve, reject) => {
    const stop = clock.setTimer(PATIENCE_MS, () => reject(new Error('It does not answer.')));
    work.finally(stop).then(resolve, reject);
  });
