import { dlgId, dlgKey, token, urole, userId } from './fields.ts';
import { goods } from './payloads.ts';
import { flag, list, oneOf, optional, record, tagged, text, whole, type Of } from './shape.ts';

/**
 * What a page and the `/groupConversation` frame inside it say to each other, as `{ action, payload }`.
 * PROTOCOL.md §9; the names are the seed's.
 */

/** A thing of the shop that the shopper may send. */
export const offer = tagged('type', goods);
export type Offer = Of<typeof offer>;
/** Those that the shopper may choose from, newest first. */
export const offers = list(offer, { max: 50 });

/** How a page wants the frame to look. What is not said stays as it is; colours that could not be read are made so. */
export const theme = record({
  scheme: optional(oneOf('light', 'dark', 'auto')),
  /** Of buttons and of one's own messages. */
  accent: optional(text({ pattern: '#[0-9a-fA-F]{6}' })),
  /** Of corners, in px. */
  radius: optional(whole({ max: 24 })),
  /** In place of the product's name. */
  name: optional(text({ min: 1, max: 40 })),
  /** A picture on the origin of the frame; others are not fetched. */
  logo: optional(text({ max: 2048 })),
});
export type Theme = Of<typeof theme>;

/** Page → frame. */
export const toFrame = tagged('action', {
  transferUser: { payload: record({ token: token(), userId: userId(), urole: optional(urole()) }) },
  selectConversation: {
    payload: record({
      dlgId: dlgId(),
      dlgKey: optional(dlgKey()),
      name: optional(text({ max: 200 })),
      /** It is the notes of customer service: the frame looks unlike a conversation, so that nobody mistakes one for the other. */
      isNotes: optional(flag()),
    }),
  },
  /** What the shopper looks at just now; without a card, nothing. It is shown above the editor, and sent by a tap only. */
  offer: { payload: record({ card: optional(offer) }) },
  /** The shopper's orders, to choose one from. */
  orders: { payload: record({ cards: offers }) },
  /** From now on the page follows the links of cards itself: it is told `navigate`. */
  takeLinks: { payload: record({}) },
  theme: { payload: theme },
  /** Puts the cursor into the message box: of the open conversation, or of the one that is about to open. */
  focusEditor: { payload: record({}) },
  /** Writes at the cursor of the message box. Nothing is sent. */
  insertText: { payload: record({ text: text({ min: 1, max: 4000 }) }) },
  /** Sends what stands in the message box, as the button does. Answered by `sent`. */
  send: { payload: record({}) },
  /**
   * From now on these keys are told as `pressed`, and do nothing else in the frame: `Alt+ArrowDown`, `Mod+K`, `?`. In a
   * text field only those with Alt or Mod (Ctrl, or ⌘) are. No others are ever told.
   */
  watchKeys: { payload: record({ keys: list(text({ min: 1, max: 40 }), { max: 64 }) }) },
});
export type ToFrame = Of<typeof toFrame>;

/** Frame → page. Never a secret, never plaintext. */
export const fromFrame = tagged('action', {
  /** The frame listens. */
  ready: { payload: record({}) },
  bindUserSuccess: { payload: record({ userId: userId() }) },
  /** The token given with `transferUser` is wrong, dead or somebody else's. */
  unauthorized: { payload: record({ error: text() }) },
  error: { payload: record({ error: text(), msg: text() }) },
  /** Messages of this conversation that the user has not read. */
  unread: { payload: record({ dlgId: dlgId(), unread: whole() }) },
  /** This conversation is open, and can be written in. */
  opened: { payload: record({ dlgId: dlgId() }) },
  /** Something was said in this conversation; what, the server tells. */
  activity: { payload: record({ dlgId: dlgId() }) },
  /** Whether something unsent stands in the message box of this conversation. */
  draft: { payload: record({ dlgId: dlgId(), isThere: flag() }) },
  /** The answer to `send`: all of it is stored, or not. Nothing to send is as good as stored. */
  sent: { payload: record({ dlgId: dlgId(), isStored: flag() }) },
  /** One of the keys of `watchKeys`, and whether the cursor stood in a text field. */
  pressed: { payload: record({ key: text({ max: 40 }), isWriting: flag() }) },
  /**
   * A link of a card was tapped, or what can be done about an order: then also which, and in which conversation. Said only
   * to a page that has said `takeLinks`.
   */
  navigate: {
    payload: record({
      url: text({ max: 2048, pattern: 'https?://.+' }),
      action: optional(text({ max: 32 })),
      dlgId: optional(dlgId()),
    }),
  },
});
export type FromFrame = Of<typeof fromFrame>;
