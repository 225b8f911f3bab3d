import { Refused, type DlgId, type Instant } from '@trialogue/protocol';

import type { Keyrings } from '../keyrings.ts';
import type { Actor, Bus, ChatRates, Clock, KeyWrap, Random, Warn } from '../ports.ts';
import { underCurrentKey } from '../sealing.ts';
import { tell } from '../tell.ts';
import type { DeskStore } from './ports.ts';
import { settingsOf } from './settings.ts';
import { formNow } from './visit.ts';

/**
 * Calls customer service in, with a line that says so, and outside of its hours with the form to leave a message. While
 * a call is open, calling again changes nothing. A call counts like a message sent.
 *
 * @throws {Refused} conversation.not_member, rate.limited
 */
export const callService =
  (at: {
    desk: DeskStore;
    keyrings: Keyrings;
    keys: KeyWrap;
    bus: Bus;
    clock: Clock;
    random: Random;
    warn: Warn;
    rates: ChatRates;
  }) =>
  async (actor: Actor, dlgId: DlgId): Promise<{ calledAt: Instant }> => {
    const { calledAt: open } = await at.desk.readDesk(actor, dlgId, 'call');
    if (open !== null) return { calledAt: open };
    const { appId, userId } = actor;
    const notCalled = at.rates.send(actor, dlgId);
    try {
      const form = formNow(await settingsOf(at, appId), at.clock);
      const { calledAt, messages } = await underCurrentKey(
        at,
        { appId, dlgId },
        {
          seal: (sealer) => ({
            line: sealer.notice({ event: 'serviceCalled', userId }),
            ...(form && { form: sealer.ofServer(form) }),
          }),
          store: (lines) => at.desk.callService(actor, dlgId, { ...lines, now: at.clock.now() }),
        },
      );
      tell(at, ...messages.map((message) => ({ kind: 'message', appId, dlgId, message }) as const));
      return { calledAt };
    } catch (error) {
      if (error instanceof Refused) notCalled();
      throw error;
    }
  };
