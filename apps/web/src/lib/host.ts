import type { FromFrame, ToFrame } from '@trialogue/protocol/host';

/** What a message says; or what is wrong with it, if it was meant for us; or neither. */
export type Read = (data: unknown) => { message?: ToFrame; wrong?: FromFrame };

/** The page that embeds us, seen through one typed door. */
export interface Host {
  /** Tells which origins may talk to us, who understands them, and who hears them. What has come in meanwhile is judged now. */
  admit(origins: readonly string[], read: Read, hear: (message: ToFrame) => void): void;
  /** Answers the page that spoke first. Before that only `ready` can be said, for it holds nothing. */
  say(message: FromFrame): void;
  close(): void;
}

/** More than any page sends while we load one short list. */
const MOST_BUFFERED = 50;

/**
 * Listens to the page that embeds us, and to nobody else: the window must be our parent, the origin one of the
 * server's list or our own, the message of the shape we know. The first origin that passes is the only one from
 * then on. Answers go to exactly that origin. What does not pass is dropped without a word.
 *
 *   closed ── admit ──► open (says `ready`) ── first good message ──► pinned
 */
export function openHost(us: Window): Host {
  const host = us.parent;
  let admitted: ReadonlySet<string> | undefined;
  let understood: Read = () => ({});
  let heard: (message: ToFrame) => void = () => undefined;
  let pinned: string | undefined;
  let early: MessageEvent[] = [];

  const onMessage = (event: MessageEvent): void => {
    if (event.source !== host) return;
    if (admitted) judge(event, admitted);
    else if (early.length < MOST_BUFFERED) early.push(event);
  };

  const judge = (event: MessageEvent, origins: ReadonlySet<string>): void => {
    if (!origins.has(event.origin) || (pinned !== undefined && event.origin !== pinned)) return;
    const { message, wrong } = understood(event.data);
    if (wrong) host.postMessage(wrong, event.origin);
    if (!message) return;
    pinned = event.origin;
    heard(message);
  };

  us.addEventListener('message', onMessage);
  return {
    admit(origins, read, hear) {
      understood = read;
      heard = hear;
      const list = new Set([us.location.origin, ...origins]);
      admitted = list;
      for (const origin of parentOrigins(us, list))
        host.postMessage({ action: 'ready', payload: {} } satisfies FromFrame, origin);
      const waiting = early;
      early = [];
      for (const event of waiting) judge(event, list);
    },
    say(message) {
      if (pinned !== undefined) host.postMessage(message, pinned);
    },
    close: () => us.removeEventListener('message', onMessage),
  };
}

/** Where to say `ready`: where the browser says that we are embedded, if it says so; else to everybody on the list. */
function parentOrigins(us: Window, admitted: ReadonlySet<string>): string[] {
  // Not in every browser, whatever the types say.
  const ancestors = us.location.ancestorOrigins as DOMStringList | undefined;
  const parent = ancestors?.[0];
  return [...admitted].filter((origin) => parent === undefined || origin === parent);
}

/** Whether another page shows us inside itself. */
const isEmbedded = window.parent !== window;

/** Listens from the first moment on: a page may speak as soon as our frame has loaded. */
export const host = isEmbedded ? openHost(window) : undefined;
