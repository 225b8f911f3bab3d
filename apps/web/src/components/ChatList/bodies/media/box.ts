import type { CSSProperties } from 'vue';

const WIDEST_PX = 240;
const HIGHEST_PX = 320;
/** Room for a finger, and for the ring of an upload. */
const LEAST_PX = 64;

/** The room of a picture in the list, taken before it comes, so that nothing moves when it does. */
export function boxOf(width: number | undefined, height: number | undefined): { width: number; height: number } {
  const isKnown = width !== undefined && height !== undefined && width > 0 && height > 0;
  const [wide, high] = isKnown ? [width, height] : [4, 3];
  const most = Math.min(WIDEST_PX / wide, HIGHEST_PX / high);
  const scale = isKnown ? Math.min(1, most) : most;
  const within = (side: number, highest: number) => Math.round(Math.min(highest, Math.max(LEAST_PX, side * scale)));
  return { width: within(wide, WIDEST_PX), height: within(high, HIGHEST_PX) };
}

/** The same, where the screen may be narrower than that. */
export function boxStyle(width: number | undefined, height: number | undefined): CSSProperties {
  const box = boxOf(width, height);
  return { inlineSize: `${box.width}px`, aspectRatio: `${box.width} / ${box.height}` };
}
