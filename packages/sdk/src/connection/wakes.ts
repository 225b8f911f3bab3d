/** Calls when the network or the page is back, so that waiting longer makes no sense. Returns how to stop. */
export type Wakes = (wake: () => void) => () => void;

/** What a browser tells. Elsewhere there is nothing to hear. */
export const browserWakes: Wakes = (wake) => {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => {};
  const stop = new AbortController();
  const { signal } = stop;
  const whenSeen = () => {
    if (document.visibilityState === 'visible') wake();
  };
  for (const event of ['online', 'pageshow']) window.addEventListener(event, wake, { signal });
  document.addEventListener('visibilitychange', whenSeen, { signal });
  return () => stop.abort();
};
