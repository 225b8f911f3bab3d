import { whenIdle } from './idle.ts';

/** What waits is wanted all the same, however long the rest takes. */
const LATEST_MS = 3_000;

let settle = () => {};
/** Settles when what the page was opened for is on the screen. */
export const shown = new Promise<void>((resolve) => (settle = resolve));
setTimeout(settle, LATEST_MS);

/** What the page was opened for is in the document: it is on the screen with the next frame. */
export const nowShown = (): void => void requestAnimationFrame(() => setTimeout(settle));

/** For what many need soon and nobody before that: it is fetched behind what is read first. */
export const afterShown = (work: () => void): void => void shown.then(() => whenIdle(work));
