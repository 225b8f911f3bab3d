import { Refused, SYSTEM, type Message } from '@trialogue/protocol';

import type { TranscriptLine } from './chat.ts';
import type { Keyrings } from './keyrings.ts';
import { openPayload } from './opening.ts';
import type { Place, Store } from './ports.ts';

const PAGE = 200;

/**
 * All messages of a conversation, opened, in `seq` order, for the platform. What comes in while it is read is in it.
 *
 * @throws {Refused} conversation.not_found, before the first line
 */
export const transcript =
  (at: { store: Store; keyrings: Keyrings }) =>
  async (place: Place): Promise<AsyncIterable<TranscriptLine>> => {
    if (!(await at.store.findConversation(place))) throw new Refused('conversation.not_found');
    return lines(at, place);
  };

async function* lines(at: { store: Store; keyrings: Keyrings }, place: Place): AsyncIterable<TranscriptLine> {
  for (let after = 0; ;) {
    const page = await at.store.messagesAfter(place, after, PAGE);
    for (const message of page) {
      const { content: _, ...line } = message;
      yield { ...line, payload: believed(message, await openPayload(at, place, message)) };
      after = message.seq;
    }
    if (page.length < PAGE) return;
  }
}

/** Only the server may say what a `system` payload says: in its own name, or in place of what was recalled. */
function believed({ fromuid, recalledAt }: Message, payload: unknown): unknown {
  const isSystem = (payload as { type?: unknown } | null)?.type === 'system';
  return isSystem && fromuid !== SYSTEM && recalledAt === undefined ? { type: 'unknown', was: 'system' } : payload;
}
