import type { Theme } from '@trialogue/protocol/host';

/** Who talks, as the page's own backend says: `createToken` of the platform API. */
export interface Identity {
  token: string;
  userId: string;
}

/** What a page says with `Trialogue.push({ … })`; docs/EMBEDDING.md. */
export interface Settings {
  /** Asked when the conversation is first needed, and again when the token has run out. Its answer is never kept. */
  getIdentity: () => Identity | Promise<Identity>;
  /** The conversation to open, once there is one. */
  dlgId?: string;
  /** Of a server with several apps. */
  appId?: string;
  /** `idle`: fetched when the page has nothing else to do, so that unread messages are counted. `intent`: when the reader reaches for it. */
  load?: 'idle' | 'intent';
  /** `zh-CN`, `zh-TW` or `en`; otherwise the language of the page. */
  lang?: string;
  /** What the button and the frame are called; otherwise "Chat" in the reader's language. */
  label?: string;
  theme?: Theme;
  /** No button: the page has one of its own, and calls `toggle()`. */
  hasButton?: boolean;
  /** How many messages wait, of all conversations; each time this changes. */
  onUnread?: (unread: number) => void;
  /** A link of a card was tapped. Without this, links open in a new tab. */
  onNavigate?: (url: string) => void;
  onError?: (error: { error: string; msg: string }) => void;
  /** Given the chat as soon as it stands there. */
  onReady?: (chat: Chat) => void;
}

/** A chat on the page. */
export interface Chat {
  open(): void;
  close(): void;
  toggle(): void;
  /** Opens this conversation from now on. */
  select(dlgId: string): void;
  /** Takes everything off the page. Whoever signs out calls it. */
  remove(): void;
}
