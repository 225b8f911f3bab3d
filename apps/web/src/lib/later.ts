import { defineAsyncComponent, type AsyncComponentOptions, type Component } from 'vue';

const LONGEST_PAUSE_MS = 30_000;

/**
 * Fetches a part of the page until it is there: who opens something without a network has it when there is one again.
 * It waits 1, 2, 4 … 30 seconds, or until the browser is online.
 */
export async function patiently<Part>(fetch: () => Promise<Part>): Promise<Part> {
  for (let pauseMs = 1_000; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      return await fetch();
    } catch {
      await pause(pauseMs);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    const goOn = () => {
      clearTimeout(timer);
      removeEventListener('online', goOn);
      resolve();
    };
    const timer = setTimeout(goOn, ms);
    addEventListener('online', goOn);
  });
}

/** A component that is fetched when it is first shown, and shown when it is there. */
export const later = <Part extends Component>(
  fetch: () => Promise<{ default: Part }>,
  options: Pick<AsyncComponentOptions, 'loadingComponent' | 'delay'> = {},
): Part => defineAsyncComponent<Part>({ ...options, loader: () => patiently(fetch) });
