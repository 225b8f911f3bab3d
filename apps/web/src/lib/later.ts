import { defineAsyncComponent, type AsyncComponentOptions, type Component } from 'vue';

const LONGEST_PAUSE_MS = 30_000;

/** Style sheets that did not come. The bundler asks for each once, whatever becomes of it. */
const missed = new Set<HTMLLinkElement>();
addEventListener(
  'error',
  ({ target }) => target instanceof HTMLLinkElement && target.rel === 'stylesheet' && missed.add(target),
  { capture: true },
);

/** Asks for them again, before a part is shown without what it wears. One that is gone for good keeps nothing from coming. */
async function fetchMissed(): Promise<void> {
  const links = [...missed];
  missed.clear();
  await Promise.all(
    links.map((link) => {
      const again = link.cloneNode() as HTMLLinkElement;
      const settled = new Promise((resolve) => (again.onload = again.onerror = resolve));
      link.replaceWith(again);
      return settled;
    }),
  );
}

/**
 * Fetches a part of the page until it is there: who opens something without a network has it when there is one again.
 * It waits 1, 2, 4 … 30 seconds, or until the browser is online.
 */
export async function patiently<Part>(fetch: () => Promise<Part>): Promise<Part> {
  for (let pauseMs = 1_000; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      if (missed.size > 0) await fetchMissed();
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
