import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';

import { FLAG_PADDED, associatedData, parseEnvelope } from './envelope.ts';
import { ImDecryptError } from './errors.ts';
import { parseKeyring } from './keyring.ts';
import { unpad } from './padding.ts';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

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
    const bytes = xchacha20poly1305(key, nonce, associatedData(header, dlgId)).decrypt(sealed);
    const plain = header.flags & FLAG_PADDED ? unpad(bytes) : bytes;
    if (!plain) throw new ImDecryptError('E_TAMPERED');
    return strictUtf8.decode(plain);
  } catch {
    throw new ImDecryptError('E_TAMPERED');
  }
}
