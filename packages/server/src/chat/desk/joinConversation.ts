import type { DlgId, Limits } from '@trialogue/protocol';
import type { DeskState } from '@trialogue/protocol/api';

import type { Keyrings } from '../keyrings.ts';
import type { Audit } from '../moderation/ports.ts';
import type { Actor, Bus, Clock, Random, Warn } from '../ports.ts';
import { underCurrentKey } from '../sealing.ts';
import { tell } from '../tell.ts';
import type { DeskStore } from './ports.ts';

/**
 * Lets one of customer service into a conversation that called for it, and gives it to them. Of two who come at once
 * the second is refused like anybody from outside: the first has answered the call.
 *
 * @throws {Refused} conversation.not_member, desk.not_service, member.too_many, user.too_many_groups
 */
export const joinConversation =
  (at: {
    desk: DeskStore;
    keyrings: Keyrings;
    bus: Bus;
    clock: Clock;
    random: Random;
    warn: Warn;
    limits: Limits;
    audit?: Audit;
  }) =>
  async (actor: Actor, dlgId: DlgId): Promise<DeskState> => {
    await at.desk.readDesk(actor, dlgId, 'join');
    const { appId, userId } = actor;
    await at.audit?.note({ appId, actor: `user:${userId}`, action: 'desk.joined', subject: dlgId });
    const { desk, messages } = await underCurrentKey(
      at,
      { appId, dlgId },
      {
        seal: (sealer) => ({
          joined: sealer.notice({ event: 'joined', userId }),
          taken: sealer.notice({ event: 'taken', userId }),
        }),
        store: (lines) => at.desk.joinConversation(actor, dlgId, { ...lines, now: at.clock.now(), room: at.limits }),
      },
    );
    tell(at, ...messages.map((message) => ({ kind: 'message', appId, dlgId, message }) as const));
    return desk;
  };
