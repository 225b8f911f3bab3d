import { type DlgId, type Payload } from '@trialogue/protocol';
import type { Settings } from '@trialogue/protocol/api';

import type { Keyrings } from '../keyrings.ts';
import type { Actor, Bus, Clock, KeyWrap, Random, Warn } from '../ports.ts';
import { underCurrentKey } from '../sealing.ts';
import { tell } from '../tell.ts';
import { openingAt } from './hours.ts';
import type { DeskStore, VisitLines } from './ports.ts';
import { settingsOf } from './settings.ts';

/**
 * Greets a shopper who has come, at most once a session: from the first visit, or the first word into a conversation
 * that was closed, until the desk closes it. Outside of the hours, where customer service is a member and would be
 * written to in vain, the form to leave a message comes with it; elsewhere it comes with the call.
 *
 * @throws {Refused} conversation.not_member
 */
export const visitConversation =
  (at: { desk: DeskStore; keyrings: Keyrings; keys: KeyWrap; bus: Bus; clock: Clock; random: Random; warn: Warn }) =>
  async (actor: Actor, dlgId: DlgId): Promise<void> => {
    const due = await at.desk.readVisit(actor, dlgId);
    if (!due.greeting && !due.form) return;
    const settings = await settingsOf(at, actor.appId);
    const greeting = due.greeting ? greetingOf(settings) : undefined;
    const form = due.form ? formNow(settings, at.clock) : undefined;
    if (!greeting && !form) return;
    const { appId } = actor;
    const messages = await underCurrentKey(
      at,
      { appId, dlgId },
      {
        seal: (sealer): VisitLines => ({
          ...(greeting && { greeting: sealer.ofServer(greeting) }),
          ...(form && { form: sealer.ofServer(form) }),
        }),
        store: (lines) => at.desk.visitConversation(actor, dlgId, { ...lines, now: at.clock.now() }),
      },
    );
    tell(at, ...messages.map((message) => ({ kind: 'message', appId, dlgId, message }) as const));
  };

const greetingOf = ({ greeting }: Settings): Payload | undefined =>
  greeting?.choices?.length
    ? { type: 'quickReplies', text: greeting.text, choices: greeting.choices }
    : greeting && { type: 'text', text: greeting.text };

/** Where customer service is away, and the app has said what to ask then. */
export const formNow = ({ hours, leaveMessage }: Settings, clock: Clock): Payload | undefined =>
  leaveMessage && !openingAt(hours, clock.now()).isOpen ? { type: 'form', ...leaveMessage } : undefined;
