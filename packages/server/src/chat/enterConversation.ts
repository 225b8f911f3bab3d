import type { DlgId } from '@trialogue/protocol';

import type { Entered } from './chat.ts';
import type { Keyrings } from './keyrings.ts';
import type { Actor, Store } from './ports.ts';

/**
 * Where the member stands in the conversation, and its keyring as the database has it now.
 *
 * @throws {Refused} conversation.not_member
 */
export const enterConversation =
  (at: { store: Store; keyrings: Keyrings }) =>
  async (actor: Actor, dlgId: DlgId): Promise<Entered> => {
    const { conversation, keys, me } = await at.store.enterConversation(actor, dlgId);
    const { readSeq, deliveredSeq: _, mutedUntil: __, ...profile } = me;
    return {
      name: conversation.name,
      head: conversation.head,
      minSeq: conversation.minSeq,
      logEpoch: conversation.logEpoch,
      readSeq,
      dlgKey: at.keyrings.dlgKeyFrom(conversation, keys),
      me: profile,
      ...(conversation.custom && { custom: conversation.custom }),
    };
  };
