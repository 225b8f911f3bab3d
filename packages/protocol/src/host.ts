import { dlgId, dlgKey, token, urole, userId } from './fields.ts';
import { optional, record, tagged, text, whole, type Of } from './shape.ts';

/**
 * What a page and the `/groupConversation` frame inside it say to each other, as `{ action, payload }`.
 * PROTOCOL.md §9; the names are the seed's.
 */

/** Page → frame. */
export const toFrame = tagged('action', {
  transferUser: { payload: record({ token: token(), userId: userId(), urole: optional(urole()) }) },
  selectConversation: {
    payload: record({ dlgId: dlgId(), dlgKey: optional(dlgKey()), name: optional(text({ max: 200 })) }),
  },
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
});
export type FromFrame = Of<typeof fromFrame>;
