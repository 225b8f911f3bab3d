import type { ClientApi, DataOf, DlgFilter } from '@trialogue/protocol/api';

import type { Keyrings } from './keyrings.ts';
import type { Actor, Store } from './ports.ts';

/** The conversations that the user is in, newest activity first, each with all that is needed to show and open it. */
export const listConversations =
  (at: { store: Store; keyrings: Keyrings }) =>
  async (
    actor: Actor,
    { page = 1, size = 20, keyword, filter }: { page?: number; size?: number; keyword?: string; filter?: DlgFilter },
  ): Promise<DataOf<ClientApi['getDlgPage']>> => {
    const range = { page, size, ...(keyword !== undefined && { keyword }), ...(filter && { filter }) };
    const { list, total } = await at.store.listConversations(actor, range);
    return {
      list: list.map((found) => ({
        dlgId: found.dlgId,
        dlgKey: at.keyrings.dlgKeyFrom(found, found.keys),
        name: found.name,
        unread: found.unread,
        lastSeq: found.head,
        readSeq: found.readSeq,
        lastMessage: found.lastMessage,
        members: found.members.map(({ userId, name, avatar, urole }) => ({ userId, name, avatar, urole })),
        updatedAt: found.updatedAt,
        ...(found.desk && { desk: found.desk }),
      })),
      total,
      page,
      size,
    };
  };
