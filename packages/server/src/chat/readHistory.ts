import type { DlgId, Limits, Page, Seq } from '@trialogue/protocol';

import type { Actor, Store } from './ports.ts';

/**
 * A page of the log: after a place, before one, or the newest.
 *
 * @throws {Refused} conversation.not_member
 */
export const readHistory =
  (at: { store: Store; limits: Limits }) =>
  (actor: Actor, dlgId: DlgId, range: { before?: Seq; after?: Seq; limit?: number }): Promise<Page> => {
    const limit = Math.min(range.limit ?? at.limits.page, at.limits.pageMost);
    return at.store.readPage(actor, dlgId, { ...range, limit });
  };
