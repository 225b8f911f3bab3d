import { clientLimits, type Instant, type Seq } from '@trialogue/protocol';

import { lacks, type Timeline } from './timeline.ts';

/** After an answer that brought nothing: not at once again. */
const PAUSE_MS = 2_000;

/** Fills a timeline up to its head, one page after the other. */
export interface CatchUp {
  /** A page was asked for and has not come. */
  isAsking: boolean;
  notBefore: Instant;
}

export const rested: CatchUp = { isAsking: false, notBefore: 0 };
export const asking: CatchUp = { isAsking: true, notBefore: 0 };
export const paused = (now: Instant, forMs: number = PAUSE_MS): CatchUp => ({
  isAsking: false,
  notBefore: now + forMs,
});

/** Which page to ask for now; none while one is on its way, or nothing is missing. */
export function nextPage(
  timeline: Timeline<{ seq: Seq }>,
  { isAsking, notBefore }: CatchUp,
  now: Instant,
): { after: Seq; limit: number } | undefined {
  if (isAsking || now < notBefore || !lacks(timeline)) return undefined;
  return { after: timeline.seen, limit: clientLimits.pageMost };
}

/** When `nextPage` must be asked again though nothing was heard. */
export const catchUpDueAt = (timeline: Timeline<{ seq: Seq }>, { isAsking, notBefore }: CatchUp): Instant | undefined =>
  !isAsking && lacks(timeline) ? notBefore : undefined;
