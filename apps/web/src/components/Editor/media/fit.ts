export interface Size {
  width: number;
  height: number;
}

/** The longest side of a picture as it is sent: as much as a phone can show. */
export const LONGEST_SIDE_PX = 1600;
/** Of its small copy: sharp in the list. */
export const THUMB_SIDE_PX = 480;
/** What the weakest browsers can draw at once. */
const MOST_DRAWN_PIXELS = 16_000_000;

/** The size at which a picture goes: never larger than it is, at least one pixel, its proportions kept. */
export function fit({ width, height }: Size, longestPx: number = Infinity): Size {
  const scale = Math.min(1, longestPx / Math.max(width, height), Math.sqrt(MOST_DRAWN_PIXELS / (width * height)));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
