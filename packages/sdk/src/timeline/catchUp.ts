import { PAGE_MOST, type Instant, type Seq } from '@trialogue/protocol';

import { NEVER } from '../connection/clock.ts';
import { lacks, type Timeline } from './timeline.ts';

/** After an answer that brought nothing: not at once again. */
const PAUSE_MS = 2_000;

/**
 * Fills a timeline up to its head, one page after the other: from when on the next may be asked for, NEVER as long as
 * one is on its way.
 */
export type CatchUp = Instant;

export const rested: CatchUp = 0;
export const asking: CatchUp = NEVER;
export const paused = (now: Instant, forMs: number = PAUSE_MS): CatchUp => now + forMs;

/** When to ask for the next page. */
export const catchUpDueAt = (timeline: Timeline<{ seq: Seq }>, catchUp: CatchUp): Instant =>
  lacks(timeline) ? catchUp : NEVER;

/** Which page to ask for now; none while one is on its way, or nothing is missing. */
export const nextPage = (timeline: Timeline<{ seq: Seq }>, catchUp: CatchUp, now: Instant) =>
  now < catchUpDueAt(timeline, catchUp) ? undefined : { after: timeline.seen, limit: PAGE_MOST };
