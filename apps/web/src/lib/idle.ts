const SOON_MS = 2_000;

/** After what is on its way to the screen. Safari has no idle time to give. */
export function whenIdle(work: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(work, { timeout: SOON_MS });
  else setTimeout(work, 200);
}
