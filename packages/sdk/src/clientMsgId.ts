/**
 * A new id for a message, as UUIDv7 text: sorts by time of making.
 *
 * Made from `crypto.getRandomValues`, because `crypto.randomUUID` is absent on pages that are not served over https.
 *
 * @see RFC 9562 §5.7
 */
export function newClientMsgId(nowMs: number = Date.now()): string {
  const [version = 0, chance = 0, variant = 0, ...random] = crypto.getRandomValues(new Uint8Array(10));
  const bytes = [0x70 | (version & 0x0f), chance, 0x80 | (variant & 0x3f), ...random];
  const digits = hex(Math.floor(nowMs), 12) + bytes.map((byte) => hex(byte, 2)).join('');
  return digits.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
