import { ImDecryptError } from './errors.ts';

/**
 * A file as whoever sends it seals it: cut into chunks of 16 KiB, each under AES-256-GCM, so that it can be of any size
 * and no chunk of it can be changed, moved, left out or added unnoticed. A key is for one file; it travels inside the
 * sealed message that names the file.
 *
 *   salt (24) ‖ commitment (32) ‖ chunk 0 ‖ chunk 1 ‖ … ‖ last chunk, always shorter than 16 KiB and perhaps empty
 *
 * By WebCrypto, which pages by plain http do not have: {@link canSealFiles}.
 *
 * @see https://c2sp.org/chunked-encryption (Cobblestone-256)
 */

export const FILE_KEY_BYTES = 32;
const CHUNK_BYTES = 16 * 1024;
const TAG_BYTES = 16;
const SALT_BYTES = 24;
const COMMITMENT_BYTES = 32;
const NONCE_BYTES = 12;
const HEAD_BYTES = SALT_BYTES + COMMITMENT_BYTES;
/** As many chunks as are read at a time. */
const CHUNKS_AT_ONCE = 64;

type Bytes = Uint8Array<ArrayBuffer>;

// Not in every context, whatever the types say.
export const canSealFiles = (): boolean => (crypto.subtle as SubtleCrypto | undefined) !== undefined;

export const newFileKey = (): Uint8Array => crypto.getRandomValues(new Uint8Array(FILE_KEY_BYTES));

/** How many bytes so many take once they are sealed. */
export const sealedFileBytes = (bytes: number): number =>
  HEAD_BYTES + bytes + TAG_BYTES * (Math.floor(bytes / CHUNK_BYTES) + 1);

/** @param context what it is sealed for; the same is needed to open it */
export async function sealFile(file: Blob, key: Uint8Array, context: string): Promise<Blob> {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const { aead, nonce, commitment } = await deriveFrom(key, salt, context);
  const parts: Blob[] = [new Blob([salt, commitment])];
  let number = 0;
  // The last chunk is the one that is not full: where the file ends at a border, an empty one.
  for (let from = 0; from <= file.size; from += CHUNKS_AT_ONCE * CHUNK_BYTES) {
    const bytes = await read(file, from, from + CHUNKS_AT_ONCE * CHUNK_BYTES);
    const sealed: ArrayBuffer[] = [];
    for (const chunk of chunksOf(bytes, CHUNK_BYTES, from + CHUNKS_AT_ONCE * CHUNK_BYTES > file.size)) {
      sealed.push(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonceAt(nonce, number++) }, aead, chunk));
    }
    parts.push(new Blob(sealed));
  }
  return new Blob(parts);
}

/**
 * Gives out nothing before all of it was found to be as it was sealed.
 *
 * @throws {ImDecryptError} `E_FORMAT` when it cannot be a sealed file, `E_KEY` when the key cannot be one, `E_TAMPERED`
 * when it was changed or cut, or is under another key or for something else
 */
export async function openFile(sealed: Blob, key: Uint8Array, context: string): Promise<Blob> {
  const bodyBytes = sealed.size - HEAD_BYTES;
  const lastBytes = bodyBytes % (CHUNK_BYTES + TAG_BYTES);
  if (bodyBytes < TAG_BYTES || lastBytes < TAG_BYTES) throw new ImDecryptError('E_FORMAT');
  const head = await read(sealed, 0, HEAD_BYTES);
  const { aead, nonce, commitment } = await deriveFrom(key, head.subarray(0, SALT_BYTES), context);
  if (!isSame(commitment, head.subarray(SALT_BYTES))) throw new ImDecryptError('E_TAMPERED');

  const parts: Blob[] = [];
  let number = 0;
  const step = CHUNKS_AT_ONCE * (CHUNK_BYTES + TAG_BYTES);
  for (let from = HEAD_BYTES; from < sealed.size; from += step) {
    const bytes = await read(sealed, from, from + step);
    const opened: ArrayBuffer[] = [];
    for (const chunk of chunksOf(bytes, CHUNK_BYTES + TAG_BYTES, false)) {
      const algorithm = { name: 'AES-GCM', iv: nonceAt(nonce, number++) };
      opened.push(
        await crypto.subtle.decrypt(algorithm, aead, chunk).catch(() => {
          throw new ImDecryptError('E_TAMPERED');
        }),
      );
    }
    parts.push(new Blob(opened));
  }
  return new Blob(parts);
}

const read = async (blob: Blob, from: number, to: number): Promise<Bytes> =>
  new Uint8Array(await blob.slice(from, to).arrayBuffer());

/** @param isLast whether what is left over, even if it is nothing, is a chunk of its own */
function* chunksOf(bytes: Bytes, size: number, isLast: boolean): Iterable<Bytes> {
  let at = 0;
  for (; at + size <= bytes.length; at += size) yield bytes.subarray(at, at + size);
  if (at < bytes.length || isLast) yield bytes.subarray(at);
}

/** HKDF-Expand with SHA-512: the key that was given is random already. */
async function deriveFrom(key: Uint8Array, salt: Bytes, context: string) {
  if (key.length !== FILE_KEY_BYTES) throw new ImDecryptError('E_KEY');
  const utf8 = new TextEncoder();
  const info = joined(utf8.encode('c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0'), salt, utf8.encode(context));
  const hash = { name: 'HMAC', hash: 'SHA-512' };
  const hmac = await crypto.subtle.importKey('raw', Uint8Array.from(key), hash, false, ['sign']);
  const sign = async (bytes: Bytes) => new Uint8Array(await crypto.subtle.sign('HMAC', hmac, bytes));
  const first = await sign(joined(info, Uint8Array.of(1)));
  const bytes = joined(first, await sign(joined(first, info, Uint8Array.of(2))));
  const [afterKey, afterNonce] = [FILE_KEY_BYTES, FILE_KEY_BYTES + NONCE_BYTES];
  return {
    aead: await crypto.subtle.importKey('raw', bytes.subarray(0, afterKey), 'AES-GCM', false, ['encrypt', 'decrypt']),
    nonce: bytes.subarray(afterKey, afterNonce),
    commitment: bytes.subarray(afterNonce, afterNonce + COMMITMENT_BYTES),
  };
}

/** The number of the chunk in the last five bytes; no file has that many. */
function nonceAt(base: Bytes, number: number): Bytes {
  const nonce = base.slice();
  for (let at = NONCE_BYTES - 1, rest = number; rest > 0; at--, rest = Math.floor(rest / 256)) nonce[at]! ^= rest % 256;
  return nonce;
}

function joined(...parts: Bytes[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const isSame = (one: Bytes, other: Bytes): boolean =>
  one.length === other.length && one.reduce((differs, byte, at) => differs | (byte ^ other[at]!), 0) === 0;
