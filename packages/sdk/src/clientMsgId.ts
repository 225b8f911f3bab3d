/**
 * A new id for a message, as UUIDv7 text: sorts by time of making.
 *
 * Made from `crypto.getRandomValues`, because `crypto.randomUUID` is absent on pages that are not served over https.
 *
 * @see RFC 9562 §5.7
 */
export function newClientMsgId(nowMs: number = Date.now()): string {
  const time = hex(Math.floor(nowMs), 12);
  const [variant = 0, ...random] = crypto.getRandomValues(new Uint8Array(10));
  const chance = random.map((byte) => hex(byte, 2)).join('');
  return [
    time.slice(0, 8),
    time.slice(8),
    `7${chance.slice(0, 3)}`,
    hex(8 + (variant & 3), 1) + chance.slice(3, 6),
    chance.slice(6),
  ].join('-');
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
