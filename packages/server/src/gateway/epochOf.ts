import type { KeyEpoch, Message } from '@trialogue/protocol';

const PREFIX = 'IM1.';
/** Suite, flags and epoch are the first six bytes, in eight digits of base64url. */
const DIGITS = 8;
const EPOCH_AT = 2;

/**
 * Under which key a message is sealed; 0 for what is no envelope, and nothing that was stored is none. Every node does this
 * for every message, so no more of the envelope is read than that.
 *
 * @see PROTOCOL.md §7.1
 */
export function epochOf({ content }: Pick<Message, 'content'>): KeyEpoch {
  if (!content.startsWith(PREFIX)) return 0;
  const start = Buffer.from(content.slice(PREFIX.length, PREFIX.length + DIGITS), 'base64url');
  return start.length === 6 ? start.readUInt32BE(EPOCH_AT) : 0;
}
