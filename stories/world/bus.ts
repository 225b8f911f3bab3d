import type { Bus, Notice } from '@trialogue/server/core';

import type { Marker } from './markers.ts';
import type { Rng } from './rng.ts';
import type { Schedule } from './schedule.ts';

export interface BusMood {
  latencyMs: number;
  doubles: number;
  /** Chance that a notice never comes. */
  loses: number;
}

/**
 * The bus as its port describes it at its worst: late, out of order, twice, or not at all. Only word of a removal comes
 * at once and surely, as it does within one node: what would make it good otherwise comes later than a removal has to
 * take effect (I20).
 */
export function simulatedBus(around: {
  schedule: Schedule;
  rng: Rng;
  mood: () => BusMood;
  seen: (marker: Marker) => void;
}): Bus & { kill(): void } {
  const { schedule, rng, mood, seen } = around;
  const listeners = new Set<(notice: Notice) => void>();
  const carry = (notice: Notice) => {
    const ms = notice.kind === 'removed' ? 0 : rng.delay(mood().latencyMs);
    schedule.after(ms, `notice ${notice.kind}`, () => {
      for (const hear of listeners) hear(notice);
    });
  };
  return {
    async tell(notice) {
      if (notice.kind !== 'removed' && rng.chance(mood().loses)) return seen('lost notice');
      carry(notice);
      if (rng.chance(mood().doubles)) {
        seen('doubled notice');
        carry(notice);
      }
    },
    listen(hear) {
      listeners.add(hear);
      return () => void listeners.delete(hear);
    },
    async close() {},
    kill: () => listeners.clear(),
  };
}
