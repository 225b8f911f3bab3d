export { fromBase64url, toBase64url } from './base64url.ts';
export { parseHeader, type Header } from './envelope.ts';
export { ImDecryptError, type DecryptErrorCode } from './errors.ts';
export { KEY_BYTES, currentEpoch, parseKeyring, printKeyring, type Keyring } from './keyring.ts';
export { open } from './open.ts';
export { seal, sealWith, type SealedFor } from './seal.ts';
