import { Refused, SYSTEM, isOfServer, type Message } from '@trialogue/protocol';

import type { TranscriptLine } from './chat.ts';
import type { Keyrings } from './keyrings.ts';
import { openPayload } from './opening.ts';
import type { BesideDesk, Place, Store } from './ports.ts';

const PAGE = 200;

interface Ports {
  store: Store;
  keyrings: Keyrings;
  desk?: BesideDesk;
}

/**
 * All messages of a conversation, opened, in `seq` order, for the platform. What comes in while it is read is in it.
 * The notes about it, when asked for, stand between them by time.
 *
 * @throws {Refused} conversation.not_found, before the first line
 */
export const transcript =
  (at: Ports) =>
  async (place: Place, { notes }: { notes: boolean } = { notes: false }): Promise<AsyncIterable<TranscriptLine>> => {
    if (!(await at.store.findConversation(place))) throw new Refused('conversation.not_found');
    const lane = notes ? await at.desk?.laneOf(place) : undefined;
    return lane === undefined ? lines(at, place) : byTime(lines(at, place), noted(at, { ...place, dlgId: lane }));
  };

async function* lines(at: Ports, place: Place): AsyncGenerator<TranscriptLine> {
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

async function* noted(at: Ports, lane: Place): AsyncGenerator<TranscriptLine> {
  for await (const line of lines(at, lane)) yield { ...line, lane: 'notes' };
}

/** Each in its own order, as time never falls in either; a note behind what was said at the same time. */
async function* byTime(
  said: AsyncGenerator<TranscriptLine>,
  notes: AsyncGenerator<TranscriptLine>,
): AsyncGenerator<TranscriptLine> {
  let note = await notes.next();
  for await (const line of said) {
    for (; !note.done && note.value.sentAt < line.sentAt; note = await notes.next()) yield note.value;
    yield line;
  }
  for (; !note.done; note = await notes.next()) yield note.value;
}

/** Only the server may say what a payload of the server says: in its own name, or in place of what was recalled. */
function believed({ fromuid, recalledAt }: Message, payload: unknown): unknown {
  const type = (payload as { type?: unknown } | null)?.type;
  const isForged = typeof type === 'string' && isOfServer(type) && fromuid !== SYSTEM && recalledAt === undefined;
  return isForged ? { type: 'unknown', was: type } : payload;
}
