const STEP_MS = 20;

/**
 * Watches how far behind this very process is, so that its own slowness is not blamed on the server.
 * @returns how to stop; gives the milliseconds that it lost in all.
 */
export function watchLag(): () => number {
  let lost = 0;
  let due = performance.now() + STEP_MS;
  const look = () => {
    const now = performance.now();
    lost += Math.max(0, now - due - STEP_MS);
    due = now + STEP_MS;
  };
  const timer = setInterval(look, STEP_MS);
  return () => {
    clearInterval(timer);
    look();
    return Math.round(lost);
  };
}
