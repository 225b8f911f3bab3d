import { Refused } from '@trialogue/protocol';

import type { Place, Store } from '../ports.ts';
import type { Audit, Deed } from './ports.ts';

/**
 * Notes what the platform is about to do with a conversation, once it is known to be there. Without an audit, as in the
 * seeded world, nothing is noted.
 *
 * @throws {Refused} conversation.not_found
 */
export const noteAt =
  (at: { store: Pick<Store, 'findConversation'>; audit?: Audit }) =>
  async (
    { appId, dlgId }: Place,
    { action, subject, reason }: Pick<Deed, 'action' | 'reason'> & { subject?: string },
  ): Promise<void> => {
    if (!at.audit) return;
    if (!(await at.store.findConversation({ appId, dlgId }))) throw new Refused('conversation.not_found');
    await at.audit.note({ appId, action, subject: subject === undefined ? dlgId : `${dlgId} ${subject}`, reason });
  };
