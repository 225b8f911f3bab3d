import { ImDecryptError, parseHeader, type Header } from '@trialogue/crypto';
import { Refused, type ClientMsgId, type DlgId, type Limits, type MsgId } from '@trialogue/protocol';

import type { Keyrings } from './keyrings.ts';
import type { Accepted, Actor, BesideDesk, Bus, ChatRates, Clock, Draft, Random, Store, Warn } from './ports.ts';
import { sayReopened } from './sayReopened.ts';
import { newId } from './sealing.ts';
import { tell } from './tell.ts';

/**
 * Keeps one sealed message, then tells the other nodes. An answer means the message is on disk; a refusal means it
 * certainly is not. Nothing is opened here: only the clear part of the envelope is looked at.
 *
 * @throws {Refused} conversation.not_member, envelope.malformed, envelope.mismatch, message.too_large,
 * message.id_conflict, key.stale_epoch, rate.limited (a repeat counts like any other, and passes like any other)
 */
export const sendMessage =
  (at: {
    store: Store;
    keyrings: Keyrings;
    bus: Bus;
    clock: Clock;
    random: Random;
    warn: Warn;
    limits: Limits;
    rates: ChatRates;
    desk?: BesideDesk;
  }) =>
  async (
    actor: Actor,
    { dlgId, clientMsgId, content }: { dlgId: DlgId; clientMsgId: ClientMsgId; content: string },
  ): Promise<Accepted> => {
    if (content.length > at.limits.contentBytes) {
      throw new Refused('message.too_large', `content: at most ${at.limits.contentBytes} characters`);
    }
    const header = headerOf(content);
    if (header.fromuid !== actor.userId) throw new Refused('envelope.mismatch', 'sender');
    if (header.clientMsgId !== clientMsgId) throw new Refused('envelope.mismatch', 'clientMsgId');

    const msgId = newId<MsgId>(at.random);
    const draft = { msgId, clientMsgId, fromuid: actor.userId, content, epoch: header.epoch };
    const accepted = await append(at, actor, dlgId, draft);
    if (!accepted.repeated) {
      const { seq, sentAt } = accepted;
      const message = { seq, msgId, clientMsgId, fromuid: actor.userId, content, sentAt };
      tell(at, { kind: 'message', appId: actor.appId, dlgId, message });
      if (accepted.reopened) await sayReopened(at)({ appId: actor.appId, dlgId }, message);
    }
    return accepted;
  };

async function append(
  at: { store: Store; clock: Clock; rates: ChatRates },
  actor: Actor,
  dlgId: DlgId,
  draft: Draft,
): Promise<Accepted> {
  const notStored = at.rates.send(actor, dlgId);
  try {
    return await at.store.appendMessage(actor, dlgId, draft, at.clock.now());
  } catch (error) {
    if (error instanceof Refused) notStored();
    throw error;
  }
}

function headerOf(content: string): Header {
  try {
    return parseHeader(content);
  } catch (error) {
    if (error instanceof ImDecryptError) throw new Refused('envelope.malformed', error.code);
    throw error;
  }
}
