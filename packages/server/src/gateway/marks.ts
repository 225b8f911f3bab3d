import type { Seq } from '@trialogue/protocol';

/** How far a member says it has got. */
export interface Mark {
  readonly deliveredSeq?: Seq;
  readonly readSeq?: Seq;
}

/** Marks only rise, so the highest of both says it all. */
export const higher = (a: Mark, b: Mark): Mark => ({
  ...highest('deliveredSeq', a, b),
  ...highest('readSeq', a, b),
});

function highest(name: keyof Mark, a: Mark, b: Mark): Mark {
  const seq = Math.max(a[name] ?? 0, b[name] ?? 0);
  return seq > 0 ? { [name]: seq } : {};
}
