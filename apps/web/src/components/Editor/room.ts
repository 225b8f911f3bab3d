import { limits } from '@trialogue/protocol';

const encoder = new TextEncoder();
const bytesOf = (text: string): number => encoder.encode(JSON.stringify({ type: 'text', text })).length;
const empty = bytesOf('');

/** How many more characters of the kind in use fit into one message; below zero when it is too long. */
export function roomFor(text: string): number {
  const used = bytesOf(text) - empty;
  const perCharacter = text === '' ? 3 : used / text.length;
  return Math.floor((limits.payloadBytes - empty - used) / perCharacter);
}

/** From here on the writer is told. */
export const isNearLimit = (text: string): boolean => text.length > 500 && roomFor(text) < 300;
