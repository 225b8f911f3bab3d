import type { Clock } from '../chat/ports.ts';
import { RateLimited } from './envelope.ts';

/** Addresses remembered at once. More would be a flood from many; the oldest are forgotten then. */
const MOST_ADDRESSES = 50_000;

/**
 * One token bucket per address: a minute's worth at once, then evenly.
 * @returns what to call on each attempt. @throws {RateLimited}
 */
export function perMinute(most: number, clock: Clock): (address: string) => void {
  if (most === 0) return () => {};
  const buckets = new Map<string, { left: number; at: number }>();
  const perMs = most / 60_000;
  return (address) => {
    const now = clock.now();
    const bucket = buckets.get(address) ?? { left: most, at: now };
    const left = Math.min(most, bucket.left + Math.max(0, now - bucket.at) * perMs);
    buckets.delete(address);
    buckets.set(address, { left: Math.max(0, left - 1), at: now });
    if (buckets.size > MOST_ADDRESSES) buckets.delete(buckets.keys().next().value as string);
    if (left < 1) throw new RateLimited(Math.ceil((1 - left) / perMs / 1000));
  };
}
