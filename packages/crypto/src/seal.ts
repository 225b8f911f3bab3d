import { cipher } from './cipher.ts';
import {
  FLAG_PADDED,
  NONCE_BYTES,
  SUITE_XCHACHA20_POLY1305,
  TYPE_PAYLOAD,
  associatedData,
  printEnvelope,
  utf8,
} from './envelope.ts';
import { ImDecryptError } from './errors.ts';
import { currentEpoch, parseKeyring } from './keyring.ts';
import { pad } from './padding.ts';

export interface SealedFor {
  dlgId: string;
  /** Keyring; the newest epoch seals. */
  dlgKey: string;
  fromuid: string;
  clientMsgId: string;
}

/**
 * Seals a plaintext for one conversation, in the name of one sender, under one client message id.
 *
 * Two calls never give the same content: keep what the first gave and send that again, or the server
 * will see another message under the same id (trap 10 of the delivery contract).
 *
 * Half a surrogate pair becomes U+FFFD, as in every UTF-8; JSON.stringify escapes it, so in a payload it survives.
 *
 * @throws {ImDecryptError} `E_KEY`
 * @see draft-irtf-cfrg-xchacha-03
 */
export const seal = (plaintext: string, to: SealedFor): string =>
  sealWith(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)), plaintext, to);

/** For test vectors: everybody else must use {@link seal}, which never repeats a nonce (I40). */
export function sealWith(nonce: Uint8Array, plaintext: string, { dlgId, dlgKey, fromuid, clientMsgId }: SealedFor) {
  const keyring = parseKeyring(dlgKey);
  const epoch = currentEpoch(keyring);
  const key = keyring.get(epoch);
  if (!key) throw new ImDecryptError('E_KEY');
  const header = {
    suite: SUITE_XCHACHA20_POLY1305,
    flags: FLAG_PADDED,
    epoch,
    fromuid,
    clientMsgId,
    contentType: TYPE_PAYLOAD,
  };
  const sealed = cipher(key, nonce, associatedData(header, dlgId)).encrypt(pad(utf8.encode(plaintext)));
  return printEnvelope({ ...header, nonce, sealed });
}
