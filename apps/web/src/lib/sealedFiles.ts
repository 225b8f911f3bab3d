import { fromBase64url, toBase64url } from '@trialogue/crypto/base64url';
import { canSealFiles, newFileKey, openFile, sealedFileBytes, sealFile } from '@trialogue/crypto/files';
import type { DlgId } from '@trialogue/protocol';

/** Files as an app may want them: sealed by who sends them, the key inside the sealed message. Fetched when there is one. */
export const canSeal = canSealFiles;
/** How many bytes more a file of so many is, once it is sealed. */
export const sealOverhead = (bytes: number): number => sealedFileBytes(bytes) - bytes;

/** Bound to the conversation: in another one it does not open. */
export async function sealBlob(file: Blob, dlgId: DlgId): Promise<{ sealed: Blob; key: string }> {
  const key = newFileKey();
  return { sealed: await sealFile(file, key, dlgId), key: toBase64url(key) };
}

/** @throws {ImDecryptError} when it is not what was sealed, or the page has no WebCrypto */
export const openBlob = (sealed: Blob, key: string, dlgId: DlgId): Promise<Blob> =>
  openFile(sealed, fromBase64url(key) ?? new Uint8Array(), dlgId);
