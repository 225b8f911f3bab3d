/**
 * Why an envelope could not be opened.
 *
 * - `E_FORMAT`: not an envelope at all, or cut short.
 * - `E_SUITE`: sealed with an algorithm that this version does not know.
 * - `E_KEY`: the `dlgKey` is not a keyring.
 * - `E_EPOCH`: the keyring lacks the key that the envelope names.
 * - `E_TAMPERED`: changed on the way, of another conversation, or under another key.
 */
export type DecryptErrorCode = 'E_FORMAT' | 'E_SUITE' | 'E_KEY' | 'E_EPOCH' | 'E_TAMPERED';

const says: Record<DecryptErrorCode, string> = {
  E_FORMAT: 'The content is not a sealed envelope.',
  E_SUITE: 'The content is sealed in a way unknown here.',
  E_KEY: 'The dlgKey is not a keyring.',
  E_EPOCH: 'The dlgKey lacks the key of this content.',
  E_TAMPERED: 'The content was changed, or is of another conversation.',
};

export class ImDecryptError extends Error {
  readonly code: DecryptErrorCode;

  constructor(code: DecryptErrorCode) {
    super(says[code]);
    this.name = 'ImDecryptError';
    this.code = code;
  }
}
