import { cipher } from './cipher.ts';
import { FLAG_PADDED, associatedData, parseEnvelope, strictUtf8 } from './envelope.ts';
import { ImDecryptError } from './errors.ts';
import { parseKeyring } from './keyring.ts';
import { unpad } from './padding.ts';

/**
 * The plaintext of an envelope.
 *
 * @throws {ImDecryptError} when the content is not whole, not of this conversation, or not under one of these keys.
 */
export function open(content: string, dlgId: string, dlgKey: string): string {
  const { nonce, sealed, ...header } = parseEnvelope(content);
  const key = parseKeyring(dlgKey).get(header.epoch);
  if (!key) throw new ImDecryptError('E_EPOCH');
  try {
    const bytes = cipher(key, nonce, associatedData(header, dlgId)).decrypt(sealed);
    return strictUtf8.decode(header.flags & FLAG_PADDED ? unpad(bytes) : bytes);
  } catch {
    throw new ImDecryptError('E_TAMPERED');
  }
}
