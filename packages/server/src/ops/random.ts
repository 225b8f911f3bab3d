import { randomFillSync } from 'node:crypto';

import type { Random } from '../chat/ports.ts';

const POOL_BYTES = 4096;

/** Of the system, fetched for many at once: a trip there costs more than all else that an id takes. */
export function pooledRandom(fill: (bytes: Uint8Array) => void = randomFillSync): Random {
  const pool = new Uint8Array(POOL_BYTES);
  let at = POOL_BYTES;
  return {
    bytes(count) {
      if (count > POOL_BYTES) {
        const bytes = new Uint8Array(count);
        fill(bytes);
        return bytes;
      }
      if (at + count > POOL_BYTES) {
        fill(pool);
        at = 0;
      }
      const bytes = pool.slice(at, at + count);
      // Keys are among what is handed out, and no second copy of one shall lie about.
      pool.fill(0, at, at + count);
      at += count;
      return bytes;
    },
  };
}
