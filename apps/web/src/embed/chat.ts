import { badge, bar, beside, button, dress, frame, icon, over, panel } from './look.ts';
import type { Chat, Settings } from './settings.ts';
import { wordsFor } from './words.ts';

const BUBBLE =
  'M4 12a7.5 7.5 0 0 1 8-7.5 7.5 7.5 0 0 1 8 7.5 7.5 7.5 0 0 1-8 7.5c-1.2 0-2.3-.2-3.3-.6L4.5 20l1.1-3.6A7 7 0 0 1 4 12Z';
const DOWN = 'm6 9.5 6 6 6-6';
/** A page that gives out dead tokens is not asked for more at once. */
const ASK_AGAIN_MS = 5_000;
const IDENTITY_FAILED = 'embed.identity';

/**
 * Puts a button on the page and, once it is wanted, the conversation in a frame. What the frame says is believed only
 * from that very frame and the server's origin; what is said to it goes to that origin and to no other.
 */
export function startChat(origin: string, settings: Settings): Chat {
  const words = wordsFor(settings.lang ?? document.documentElement.lang);
  const label = settings.label ?? settings.theme?.name ?? words.chat;
  const waiting = new Map<string, number>();
  const box = document.createElement('div');
  const launcher = document.createElement('button');
  const count = document.createElement('span');
  const narrow = matchMedia('(width < 480px)');
  let chosen = settings.dlgId;
  let isOpen = false;
  let isBound = false;
  let askedAt = -ASK_AGAIN_MS;
  let inside: HTMLIFrameElement | undefined;

  const say = (action: string, payload: object) => inside?.contentWindow?.postMessage({ action, payload }, origin);
  const choose = () => isBound && chosen !== undefined && say('selectConversation', { dlgId: chosen });

  async function introduce(): Promise<void> {
    const wait = askedAt + ASK_AGAIN_MS - Date.now();
    if (wait > 0) await new Promise((done) => setTimeout(done, wait));
    askedAt = Date.now();
    try {
      const { token, userId } = await settings.getIdentity();
      say('transferUser', { token, userId });
    } catch (error) {
      settings.onError?.({ error: IDENTITY_FAILED, msg: String(error) });
    }
  }

  function hear({ source, origin: from, data }: MessageEvent): void {
    if (!inside || source !== inside.contentWindow || from !== origin) return;
    const { action, payload } = (data ?? {}) as { action?: string; payload?: Record<string, never> };
    if (action === 'ready') {
      if (settings.theme) say('theme', settings.theme);
      if (settings.onNavigate) say('takeLinks', {});
      void introduce();
    } else if (action === 'unauthorized') {
      isBound = false;
      void introduce();
    } else if (action === 'bindUserSuccess') {
      isBound = true;
      choose();
    } else if (action === 'unread' && payload) {
      waiting.set(payload['dlgId']!, payload['unread']!);
      tellUnread();
    } else if (action === 'navigate' && payload) settings.onNavigate?.(payload['url']!);
    else if (action === 'error' && payload) settings.onError?.(payload as never);
  }

  function tellUnread(): void {
    let unread = 0;
    for (const each of waiting.values()) unread += each;
    count.textContent = unread > 99 ? '99+' : String(unread);
    count.hidden = unread === 0;
    launcher.setAttribute('aria-label', unread > 0 ? `${label}, ${words.unread(unread)}` : label);
    settings.onUnread?.(unread);
  }

  function fetchFrame(): void {
    if (inside) return;
    inside = document.createElement('iframe');
    const query = new URLSearchParams({
      lang: words.tag,
      ...(settings.appId !== undefined && { appId: settings.appId }),
    });
    inside.title = label;
    inside.allow = 'microphone; camera; clipboard-write; fullscreen; autoplay';
    inside.src = `${origin}/groupConversation?${query}`;
    dress(inside, frame);
    box.append(inside);
  }

  function show(next: boolean): void {
    isOpen = next;
    if (next) fetchFrame();
    fit();
    launcher.setAttribute('aria-expanded', String(next));
    (next ? inside : launcher)?.focus();
  }

  function fit(): void {
    dress(box, { ...panel, ...(narrow.matches ? over : beside), display: isOpen ? 'flex' : 'none' });
    dress(shut, { ...bar, display: narrow.matches ? 'grid' : 'none' });
    launcher.hidden = settings.hasButton === false;
    dress(launcher, { display: launcher.hidden || (isOpen && narrow.matches) ? 'none' : 'grid' });
  }

  const shut = document.createElement('button');
  shut.type = 'button';
  shut.setAttribute('aria-label', words.close);
  shut.append(icon(DOWN));
  shut.onclick = () => show(false);

  const colour = settings.theme?.accent ?? '#0b6e63';
  launcher.type = 'button';
  dress(launcher, { ...button, background: colour, color: isLight(colour) ? '#10201c' : '#fff' });
  dress(count, badge);
  launcher.append(icon(BUBBLE), count);
  launcher.onclick = () => show(!isOpen);
  // The first sign of an intent: the frame is there by the time the finger is up again.
  launcher.onpointerenter = launcher.onfocus = fetchFrame;

  box.append(shut);
  tellUnread();
  fit();
  narrow.addEventListener('change', fit);
  addEventListener('message', hear);
  document.body.append(launcher, box);
  if (settings.load !== 'intent') (window.requestIdleCallback ?? setTimeout)(fetchFrame);

  return {
    open: () => show(true),
    close: () => show(false),
    toggle: () => show(!isOpen),
    select(dlgId) {
      chosen = dlgId;
      choose();
    },
    remove() {
      narrow.removeEventListener('change', fit);
      removeEventListener('message', hear);
      box.remove();
      launcher.remove();
    },
  };
}

/** Whether dark letters are read better on it than white ones. `#rrggbb`. */
function isLight(colour: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return red * 0.299 + green * 0.587 + blue * 0.114 > 150;
}
