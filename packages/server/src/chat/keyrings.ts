import { currentEpoch, printKeyring, type Keyring } from '@trialogue/crypto';
import { Refused, type Limits } from '@trialogue/protocol';

import type { Bus, Clock, KeyWrap, Place, Store, WrappedKey } from './ports.ts';

const MOST_RINGS = 5000;
const KEPT_MS = 10 * 60_000;

/**
 * The opened keys of conversations, kept for a while so that not every message asks the database for them.
 *
 * Keys are lent to functions that use them at once: when a ring is dropped its keys are overwritten with zeros, and
 * a ring that was kept across an `await` would then seal under a key that everybody knows.
 */
export interface Keyrings {
  /** Lends the keys of a conversation. @throws {Refused} conversation.not_found */
  lend<T>(place: Place, use: (ring: Keyring) => T): Promise<T>;
  /** Lends them when the database has just given them, wrapped. */
  lendFrom<T>(place: Place, wrapped: readonly WrappedKey[], use: (ring: Keyring) => T): T;
  /** The `dlgKey` that they make; with more removals than it may hold, it shows its reader the newest messages only. */
  dlgKeyFrom(place: Place, wrapped: readonly WrappedKey[]): string;
  /** The keys have changed, or somebody says so. */
  forget(place: Place): void;
  close(): void;
}

export const keyContext = ({ appId, dlgId }: Place, epoch: number): string[] => ['dlgKey', appId, dlgId, `${epoch}`];

const printNewest = (ring: Keyring, most: number): string =>
  printKeyring(ring.size <= most ? ring : new Map([...ring].sort(([a], [b]) => a - b).slice(-most)));

export function keepKeyrings(at: { store: Store; bus: Bus; keys: KeyWrap; clock: Clock; limits: Limits }): Keyrings {
  const rings = new Map<string, { ring: Keyring; until: number }>();
  let forgotten = 0;

  const drop = (name: string) => {
    for (const key of rings.get(name)?.ring.values() ?? []) key.fill(0);
    rings.delete(name);
  };
  const unwrap = (place: Place, wrapped: readonly WrappedKey[]): Keyring =>
    new Map(wrapped.map((key) => [key.epoch, at.keys.unwrap(key.wrapped, keyContext(place, key.epoch))]));
  const keep = (name: string, ring: Keyring) => {
    drop(name);
    rings.set(name, { ring, until: at.clock.now() + KEPT_MS });
    const [oldest] = rings.keys();
    if (rings.size > MOST_RINGS && oldest !== undefined) drop(oldest);
  };
  /** Whoever is asked for goes to the end of the line; the one at its head goes first. */
  const find = (name: string): Keyring | undefined => {
    const kept = rings.get(name);
    if (!kept) return undefined;
    if (kept.until <= at.clock.now()) {
      drop(name);
      return undefined;
    }
    rings.delete(name);
    rings.set(name, kept);
    return kept.ring;
  };
  const forget = (place: Place) => {
    forgotten++;
    drop(nameOf(place));
  };
  const lendFrom: Keyrings['lendFrom'] = (place, wrapped, use) => {
    const kept = find(nameOf(place));
    const newest = Math.max(...wrapped.map(({ epoch }) => epoch));
    if (kept && kept.size === wrapped.length && currentEpoch(kept) === newest) return use(kept);
    const ring = unwrap(place, wrapped);
    keep(nameOf(place), ring);
    return use(ring);
  };
  const stop = at.bus.listen((notice) => {
    if (notice.kind === 'key') forget(notice);
  });

  return {
    async lend(place, use) {
      const kept = find(nameOf(place));
      if (kept) return use(kept);
      const before = forgotten;
      const wrapped = await at.store.keysOf(place);
      if (wrapped.length === 0) throw new Refused('conversation.not_found');
      const ring = unwrap(place, wrapped);
      // What was read before somebody said "the key has changed" may be what it was before the change.
      if (forgotten === before) keep(nameOf(place), ring);
      return use(ring);
    },
    lendFrom,
    dlgKeyFrom: (place, wrapped) => lendFrom(place, wrapped, (ring) => printNewest(ring, at.limits.epochsPerKeyring)),
    forget,
    close() {
      stop();
      for (const name of [...rings.keys()]) drop(name);
    },
  };
}

/** Neither id can hold a space. */
const nameOf = ({ appId, dlgId }: Place): string => `${appId} ${dlgId}`;
