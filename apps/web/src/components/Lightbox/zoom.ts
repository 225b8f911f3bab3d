export interface Point {
  x: number;
  y: number;
}
export interface Size {
  width: number;
  height: number;
}

/** How a picture lies on its stage: so much larger than it fits, its middle so far from the middle of the stage, in px. */
export interface View extends Point {
  scale: number;
}

export const whole: View = { scale: 1, x: 0, y: 0 };
const MOST = 6;
/** What a double tap shows. */
const CLOSE_UP = 2.5;

/** How large a picture is on its stage: all of it is seen, and it is never blown up. */
export function fitted({ width, height }: Size, stage: Size): Size {
  const scale = Math.min(1, stage.width / width, stage.height / height);
  return { width: width * scale, height: height * scale };
}

/** No edge comes further in than the edge of the stage, and what fits lies in the middle. */
export function bounded({ scale, x, y }: View, shown: Size, stage: Size): View {
  const within = (at: number, side: number, room: number) => {
    const most = Math.max(0, (side * scale - room) / 2);
    return Math.min(most, Math.max(-most, at));
  };
  return { scale, x: within(x, shown.width, stage.width), y: within(y, shown.height, stage.height) };
}

/** Larger or smaller, with what lies under a point staying there. The point is seen from the middle of the stage. */
export function zoomed(view: View, factor: number, at: Point): View {
  const scale = Math.min(MOST, Math.max(1, view.scale * factor));
  const grown = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * grown, y: at.y - (at.y - view.y) * grown };
}

export const panned = (view: View, { x, y }: Point): View => ({ ...view, x: view.x + x, y: view.y + y });

/** Two fingers: what lay under them stays under them. */
export function pinched(view: View, before: readonly [Point, Point], after: readonly [Point, Point]): View {
  const distance = ([one, other]: readonly [Point, Point]) => Math.hypot(one.x - other.x, one.y - other.y);
  const middle = ([one, other]: readonly [Point, Point]) => ({ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 });
  const [from, to] = [middle(before), middle(after)];
  const factor = distance(before) > 0 ? distance(after) / distance(before) : 1;
  return panned(zoomed(view, factor, from), { x: to.x - from.x, y: to.y - from.y });
}

/** A double tap: close up, or the whole again. */
export const toggled = (view: View, at: Point): View => (view.scale > 1 ? whole : zoomed(whole, CLOSE_UP, at));

/** What one finger means on a picture that is seen as a whole. */
export function drag({ x, y }: Point): 'nothing' | 'swipe' | 'close' {
  const FIRST_PX = 8;
  if (Math.hypot(x, y) < FIRST_PX) return 'nothing';
  return y > Math.abs(x) ? 'close' : Math.abs(x) > Math.abs(y) ? 'swipe' : 'nothing';
}

/** Which way a swipe goes when it ends: far enough, or fast enough. */
export function swiped(xPx: number, ms: number, widthPx: number): -1 | 0 | 1 {
  const isMeant = Math.abs(xPx) > widthPx / 3 || (Math.abs(xPx) > 24 && Math.abs(xPx) / Math.max(1, ms) > 0.4);
  return !isMeant ? 0 : xPx < 0 ? 1 : -1;
}

/** Whether dragging down closes it. */
export const isThrownAway = (yPx: number, ms: number): boolean =>
  yPx > 120 || (yPx > 24 && yPx / Math.max(1, ms) > 0.6);
