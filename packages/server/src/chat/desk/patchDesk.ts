import type { ClientMsgId, DlgId } from '@trialogue/protocol';
import type { BodyOf, ClientApi, DeskState } from '@trialogue/protocol/api';

import type { Keyrings } from '../keyrings.ts';
import type { Actor, Bus, Clock, KeyWrap, Random, Store, Warn } from '../ports.ts';
import { newId, underCurrentKey, type Sealer } from '../sealing.ts';
import { tell } from '../tell.ts';
import { laneFor } from './openNotes.ts';
import type { DeskChange, DeskLines, DeskStore } from './ports.ts';

type Patch = BodyOf<ClientApi['patchDesk']>;

/**
 * Changes where a conversation stands for the desk, and says so in it. Closing asks the shopper how it was, once each
 * time. A note goes into the notes in the same transaction.
 *
 * @throws {Refused} conversation.not_member, desk.not_service, member.not_found
 */
export const patchDesk =
  (at: {
    store: Store;
    desk: DeskStore;
    keyrings: Keyrings;
    keys: KeyWrap;
    bus: Bus;
    clock: Clock;
    random: Random;
    warn: Warn;
  }) =>
  async (actor: Actor, dlgId: DlgId, { note, ...patch }: Patch): Promise<DeskState> => {
    const before = await at.desk.readDesk(actor, dlgId, 'desk');
    if (patch.status === undefined && patch.assignee === undefined && note === undefined) return before;
    const { appId, userId } = actor;
    const place = { appId, dlgId };
    const lane = note === undefined ? undefined : { appId, dlgId: await laneFor(at)(actor, dlgId) };

    const patchWith = (lines: DeskLines, kept?: DeskChange['note']) =>
      at.desk.patchDesk(actor, dlgId, { ...patch, lines, ...(kept && { note: kept }), now: at.clock.now() });
    const { desk, messages, ...said } = await underCurrentKey(at, place, {
      seal: (sealer) => linesOf(sealer, actor, patch),
      store: async (lines) => {
        if (note === undefined || !lane) return patchWith(lines);
        const by = { fromuid: userId, clientMsgId: newId<ClientMsgId>(at.random) };
        return underCurrentKey(at, lane, {
          seal: (sealer) => sealer.draft({ type: 'text', text: note }, by),
          store: (draft) => patchWith(lines, { lane: lane.dlgId, draft }),
        });
      },
    });
    tell(at, ...messages.map((message) => ({ kind: 'message', ...place, message }) as const));
    if (lane && said.note) tell(at, { kind: 'message', ...lane, message: said.note });
    return desk;
  };

/** Those that may be needed; what the storage finds to have changed decides. */
function linesOf(sealer: Sealer, { userId }: Actor, { status, assignee }: Omit<Patch, 'note'>): DeskLines {
  return {
    ...(status === 'closed' && {
      closed: sealer.notice({ event: 'closed', userId }),
      ratingRequest: sealer.ofServer({ type: 'ratingRequest' }),
    }),
    ...(status === 'open' && { reopened: sealer.notice({ event: 'reopened', userId }) }),
    ...(assignee === userId && { taken: sealer.notice({ event: 'taken', userId }) }),
    ...(typeof assignee === 'string' &&
      assignee !== userId && { handedOver: sealer.notice({ event: 'handedOver', userId: assignee }) }),
  };
}
