import { Refused, type DlgId, type Instant } from '@trialogue/protocol';

import type { Keyrings } from '../keyrings.ts';
import type { Actor, Bus, ChatRates, Clock, Random, Warn } from '../ports.ts';
import { underCurrentKey } from '../sealing.ts';
import { tell } from '../tell.ts';
import type { DeskStore } from './ports.ts';

/**
 * Calls customer service in, with a line that says so. While a call is open, calling again changes nothing. A call counts
 * like a message sent.
 *
 * @throws {Refused} conversation.not_member, rate.limited
 */
export const callService =
  (at: { desk: DeskStore; keyrings: Keyrings; bus: Bus; clock: Clock; random: Random; warn: Warn; rates: ChatRates }) =>
  async (actor: Actor, dlgId: DlgId): Promise<{ calledAt: Instant }> => {
    const { calledAt: open } = await at.desk.readDesk(actor, dlgId, 'call');
    if (open !== null) return { calledAt: open };
    const { appId, userId } = actor;
    const notCalled = at.rates.send(actor, dlgId);
    try {
      const { calledAt, message } = await underCurrentKey(
        at,
        { appId, dlgId },
        {
          seal: (sealer) => sealer.notice({ event: 'serviceCalled', userId }),
          store: (line) => at.desk.callService(actor, dlgId, { line, now: at.clock.now() }),
        },
      );
      if (message) tell(at, { kind: 'message', appId, dlgId, message });
      return { calledAt };
    } catch (error) {
      if (error instanceof Refused) notCalled();
      throw error;
    }
  };
