import { ImDecryptError, parseHeader, type Header } from '@trialogue/crypto';
import { Refused, limits, type ClientMsgId, type DlgId, type MsgId } from '@trialogue/protocol';

import type { Accepted, Actor, Bus, Clock, Random, Store, Warn } from './ports.ts';
import { newId } from './sealing.ts';
import { tell } from './tell.ts';

/**
 * Keeps one sealed message, then tells the other nodes. An answer means the message is on disk; a refusal means it
 * certainly is not. Nothing is opened here: only the clear part of the envelope is looked at.
 *
 * @throws {Refused} conversation.not_member, envelope.malformed, envelope.mismatch, message.too_large,
 * message.id_conflict, key.stale_epoch
 */
export const sendMessage =
  (at: { store: Store; bus: Bus; clock: Clock; random: Random; warn: Warn }) =>
  async (
    actor: Actor,
    { dlgId, clientMsgId, content }: { dlgId: DlgId; clientMsgId: ClientMsgId; content: string },
  ): Promise<Accepted> => {
    if (content.length > limits.contentBytes) {
      throw new Refused('message.too_large', `content: at most ${limits.contentBytes} characters`);
    }
    const header = headerOf(content);
    if (header.fromuid !== actor.userId) throw new Refused('envelope.mismatch', 'sender');
    if (header.clientMsgId !== clientMsgId) throw new Refused('envelope.mismatch', 'clientMsgId');

    const msgId = newId<MsgId>(at.random);
    const draft = { msgId, clientMsgId, fromuid: actor.userId, content, epoch: header.epoch };
    const accepted = await at.store.appendMessage(actor, dlgId, draft, at.clock.now());
    if (!accepted.repeated) {
      const { seq, sentAt } = accepted;
      const message = { seq, msgId, clientMsgId, fromuid: actor.userId, content, sentAt };
      tell(at, { kind: 'message', appId: actor.appId, dlgId, message });
    }
    return accepted;
  };

function headerOf(content: string): Header {
  try {
    return parseHeader(content);
  } catch (error) {
    if (error instanceof ImDecryptError) throw new Refused('envelope.malformed', error.code);
    throw error;
  }
}
