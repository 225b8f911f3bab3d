/**
 * The stretch of the list that stands in the document: `from` inclusive, `to` exclusive. Plain rows, a bounded
 * number of them, so that a long history costs no more than a short one, while selection, search in the page and
 * screen readers work as on any page.
 */
export interface Stretch {
  from: number;
  to: number;
}

/** What a frame has time to draw, on a slow phone too. */
const STEP = 8;
export const MOST_ROWS = 180;
/** One line of words and no name over it. */
const LOWEST_ROW_PX = 44;

/** As many rows as fill a screen, however low they are. */
export const screenful = (heightPx: number): number => Math.min(MOST_ROWS, Math.ceil(heightPx / LOWEST_ROW_PX));

/** The end of the list. */
export const atEnd = (count: number, first: number): Stretch => ({ from: Math.max(0, count - first), to: count });

/** So that a row stands in the middle of it. */
export const around = (at: number, count: number, first: number): Stretch => ({
  from: Math.max(0, at - first),
  to: Math.min(count, at + first),
});

/** Shows more at the top; lets go of the bottom when it is far away. */
export function towardsTop({ from, to }: Stretch): Stretch {
  const earlier = Math.max(0, from - STEP);
  return { from: earlier, to: Math.min(to, earlier + MOST_ROWS) };
}

/** Shows more at the bottom; lets go of the top when it is far away. */
export function towardsEnd({ from, to }: Stretch, count: number): Stretch {
  const later = Math.min(count, to + STEP);
  return { from: Math.max(from, later - MOST_ROWS), to: later };
}

/** Keeps the same rows when others came before them, and goes along with the end when it was in sight. */
export function follow({ from, to }: Stretch, before: number, added: { atTop: number; atEnd: number }): Stretch {
  const wasAtEnd = to >= before;
  const moved = { from: from + added.atTop, to: to + added.atTop };
  if (!wasAtEnd) return moved;
  return { from: moved.from, to: moved.to + added.atEnd };
}
