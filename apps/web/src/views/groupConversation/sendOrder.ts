import type { Instant } from '@trialogue/protocol';

/** Something that shall be said after what was said before it. */
export interface InLine {
  state: 'preparing' | 'uploading' | 'ready' | 'failed';
  /** What is said after it waits for it. A picture and a voice do, for they take a moment; a large file would hold all back. */
  holds: boolean;
  since: Instant;
}

/** Nobody waits longer than this for what was said before. */
export const HOLD_MS = 15_000;

/** What can be said now, in order. */
export function sayable<One extends InLine>(line: readonly One[], now: Instant): One[] {
  const said: One[] = [];
  for (const one of line) {
    const isUnderWay = one.state === 'preparing' || one.state === 'uploading';
    if (isUnderWay && one.holds && now - one.since < HOLD_MS) return said;
    if (one.state === 'ready') said.push(one);
  }
  return said;
}
