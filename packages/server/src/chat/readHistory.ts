import type { DlgId, Limits, Page } from '@trialogue/protocol';

import type { Actor, Range, Store } from './ports.ts';

type Wanted = Partial<Range>;
interface Ports {
  store: Store;
  limits: Limits;
}

/**
 * A page of the log: after a place, before one, or the newest.
 *
 * @throws {Refused} conversation.not_member
 */
export const readHistory =
  (at: Ports) =>
  (actor: Actor, dlgId: DlgId, wanted: Wanted): Promise<Page> =>
    at.store.readPage(actor, dlgId, allowed(at, wanted));

/** The same as JSON, and no heavier than what a socket takes at once. */
export const printHistory =
  (at: Ports) =>
  (actor: Actor, dlgId: DlgId, wanted: Wanted): Promise<string> =>
    at.store.printPage(actor, dlgId, allowed(at, wanted));

const allowed = ({ limits }: Ports, wanted: Wanted): Range => ({
  ...wanted,
  limit: Math.min(wanted.limit ?? limits.page, limits.pageMost),
});
