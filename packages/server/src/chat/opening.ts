import { ImDecryptError, open, parseHeader, printKeyring, type Keyring } from '@trialogue/crypto';
import type { Message } from '@trialogue/protocol';

import type { Keyrings } from './keyrings.ts';
import type { Place } from './ports.ts';

const unknown = { type: 'unknown', was: '' };

/** What a message says, as the JSON it is; of one that cannot be opened or is no JSON, that it is unknown. */
export async function openPayload(
  at: { keyrings: Keyrings },
  place: Place,
  { content }: Pick<Message, 'content'>,
): Promise<unknown> {
  const opened = await at.keyrings.lend(place, (ring) => openUnder(ring, place, content));
  if (opened !== undefined) return opened;
  at.keyrings.forget(place);
  return (await at.keyrings.lend(place, (ring) => openUnder(ring, place, content))) ?? unknown;
}

/**
 * Undefined when the ring lacks the key that the envelope names. Opens with that key alone: a conversation may have
 * more of them than a `dlgKey` can hold.
 */
function openUnder(ring: Keyring, { dlgId }: Place, content: string): unknown {
  try {
    const { epoch } = parseHeader(content);
    const key = ring.get(epoch);
    if (!key) return undefined;
    return JSON.parse(open(content, dlgId, printKeyring(new Map([[epoch, key]]))));
  } catch (error) {
    if (error instanceof ImDecryptError || error instanceof SyntaxError) return unknown;
    throw error;
  }
}
