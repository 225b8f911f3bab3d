const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const NOT_A_DIGIT = 255;
const digits = new Uint8Array(128).fill(NOT_A_DIGIT);
for (let at = 0; at < ALPHABET.length; at++) digits[ALPHABET.charCodeAt(at)] = at;

/** RFC 4648 §5 without padding. */
export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const triple = (byte(bytes, at) << 16) | (byte(bytes, at + 1) << 8) | byte(bytes, at + 2);
    text += digit(triple >> 18) + digit(triple >> 12);
    if (left > 1) text += digit(triple >> 6);
    if (left > 2) text += digit(triple);
  }
  return text;
}

/**
 * The bytes of a text, or undefined when it is not base64url.
 *
 * Strict: no padding, no blanks, and unused bits must be zero, so that two different texts never
 * mean the same bytes (I39: any changed bit of an envelope shows).
 */
export function fromBase64url(text: string): Uint8Array | undefined {
  const rest = text.length % 4;
  if (rest === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let at = 0;
  for (let from = 0; from < text.length; from += 4) {
    const a = value(text, from);
    const b = value(text, from + 1);
    const c = from + 2 < text.length ? value(text, from + 2) : 0;
    const d = from + 3 < text.length ? value(text, from + 3) : 0;
    if (a === NOT_A_DIGIT || b === NOT_A_DIGIT || c === NOT_A_DIGIT || d === NOT_A_DIGIT) return undefined;
    const triple = (a << 18) | (b << 12) | (c << 6) | d;
    bytes[at++] = triple >> 16;
    if (at < bytes.length) bytes[at++] = (triple >> 8) & 255;
    else if (((triple >> 8) & 255) !== 0) return undefined;
    if (at < bytes.length) bytes[at++] = triple & 255;
    else if ((triple & 255) !== 0) return undefined;
  }
  return bytes;
}

const byte = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0;
const digit = (bits: number): string => ALPHABET.charAt(bits & 63);

function value(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? (digits[code] ?? NOT_A_DIGIT) : NOT_A_DIGIT;
}
