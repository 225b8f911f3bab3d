/** Less than this is a bar of the browser that comes or goes. */
const LEAST_PX = 120;
/** Of most phones, until this one has shown its own. */
const USUAL_PX = 280;

/**
 * How much of the window the on-screen keyboard takes. Nobody tells: it is what the window was higher before.
 * A panel that is shown in its place is as high as it was, less what of it is still there; so the two add up to the same
 * height at every moment, and nothing above them moves.
 */
export function createKeyboard() {
  let widthPx = 0;
  let wholePx = 0;
  let coveredPx = 0;
  let learntPx = USUAL_PX;
  return {
    /** The window is so large now. `isOurs`: whatever covers it is the keyboard of our field, at rest or on its way up. */
    seen(width: number, height: number, isOurs: boolean): void {
      // Turned to its side, it is another window.
      if (Math.abs(width - widthPx) > 1) wholePx = 0;
      widthPx = width;
      wholePx = Math.max(wholePx, height);
      coveredPx = wholePx - height;
      if (isOurs && coveredPx > LEAST_PX) learntPx = coveredPx;
    },
    isUp: (): boolean => coveredPx > LEAST_PX,
    panelPx: (): number => Math.max(0, Math.round(learntPx - coveredPx)),
  };
}
