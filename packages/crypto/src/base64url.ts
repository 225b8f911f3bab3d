const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** The value of a digit, by its character code. */
const values: (number | undefined)[] = [];
for (let value = 0; value < 64; value++) values[ALPHABET.charCodeAt(value)] = value;

/** RFC 4648 §5 without padding. */
export function toBase64url(bytes: Uint8Array): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 6;) text += digit(held >> (bits -= 6));
  }
  return bits > 0 ? text + digit(held << (6 - bits)) : text;
}

/**
 * The bytes of a text, or undefined when it is not base64url.
 *
 * Strict: no padding, no blanks, and unused bits must be zero, so that two different texts never
 * mean the same bytes (I39: any changed bit of an envelope shows).
 */
export function fromBase64url(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let at = 0;
  let held = 0;
  let bits = 0;
  for (let from = 0; from < text.length; from++) {
    const value = values[text.charCodeAt(from)];
    if (value === undefined) return undefined;
    held = (held << 6) | value;
    bits += 6;
    if (bits >= 8) bytes[at++] = held >> (bits -= 8);
  }
  const unused = held & ((1 << bits) - 1);
  return bits < 6 && unused === 0 ? bytes : undefined;
}

const digit = (bits: number): string => ALPHABET.charAt(bits & 63);
