import { fromBase64url, toBase64url } from './base64url.ts';
import { ImDecryptError } from './errors.ts';

export const KEY_BYTES = 32;
const PREFIX = 'dk1.';
const ENTRY_BYTES = 4 + KEY_BYTES;
const MOST_KEYS = 64;

/** The keys of one conversation by epoch. `dlgKey` is its printed form. PROTOCOL.md §7.2. */
export type Keyring = ReadonlyMap<number, Uint8Array>;

/**
 * `dk1.` and base64url of: count (1 byte), then epoch (4 bytes, big-endian) and key (32 bytes) each, ascending.
 *
 * @throws {RangeError} for none or more than 64 keys, or a key that is not 32 bytes.
 */
export function printKeyring(keyring: Keyring): string {
  if (keyring.size === 0 || keyring.size > MOST_KEYS) throw new RangeError(`a keyring holds 1 to ${MOST_KEYS} keys`);
  const bytes = new Uint8Array(1 + keyring.size * ENTRY_BYTES);
  const view = new DataView(bytes.buffer);
  bytes[0] = keyring.size;
  let at = 1;
  for (const [epoch, key] of [...keyring].sort(([a], [b]) => a - b)) {
    if (key.length !== KEY_BYTES) throw new RangeError(`a key has ${KEY_BYTES} bytes`);
    view.setUint32(at, epoch);
    bytes.set(key, at + 4);
    at += ENTRY_BYTES;
  }
  return PREFIX + toBase64url(bytes);
}

/**
 * Reads a `dlgKey`. A bare key (43 characters, as in the seed's days) is epoch 1.
 *
 * @throws {ImDecryptError} `E_KEY`
 */
export function parseKeyring(dlgKey: string): Keyring {
  // Applications without types hand in whatever they have.
  if (typeof dlgKey !== 'string') throw new ImDecryptError('E_KEY');
  const isBare = !dlgKey.startsWith(PREFIX);
  const bytes = fromBase64url(isBare ? dlgKey : dlgKey.slice(PREFIX.length));
  if (isBare && bytes?.length === KEY_BYTES) return new Map([[1, bytes]]);
  const count = bytes?.[0] ?? 0;
  if (isBare || !bytes || count === 0 || count > MOST_KEYS || bytes.length !== 1 + count * ENTRY_BYTES) {
    throw new ImDecryptError('E_KEY');
  }
  const view = new DataView(bytes.buffer);
  const keyring = new Map<number, Uint8Array>();
  for (let at = 1; at < bytes.length; at += ENTRY_BYTES) {
    keyring.set(view.getUint32(at), bytes.subarray(at + 4, at + ENTRY_BYTES));
  }
  if (keyring.size !== count) throw new ImDecryptError('E_KEY');
  return keyring;
}

/** The epoch that new messages are sealed under: the highest. */
export const currentEpoch = (keyring: Keyring): number => Math.max(...keyring.keys());
