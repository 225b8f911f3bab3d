import { createCipheriv, createDecipheriv } from 'node:crypto';

import type { FileId } from '@trialogue/protocol';

/**
 * How a file lies at rest: cut into chunks of 64 KiB, each sealed with AES-256-GCM under the file's own random key.
 * The nonce is the chunk's number; it never repeats because a key seals one file. File id, number and "this is the
 * last" are bound by the tag, so chunks cannot be swapped, dropped or cut off unnoticed.
 */

export const FILE_KEY_BYTES = 32;
export const CHUNK_BYTES = 64 * 1024;
const TAG_BYTES = 16;
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES;
/** A number no chunk has. */
const META = 0xffff_ffff;

/** Seals a stream of bytes. A file without bytes is one empty chunk. */
export async function* sealFile(
  bytes: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  fileId: FileId,
): AsyncIterable<Uint8Array> {
  let number = 0;
  let held: Uint8Array = new Uint8Array();
  for await (const chunk of chunksOf(bytes, CHUNK_BYTES)) {
    if (held.length > 0) yield sealChunk(held, key, fileId, number++, false);
    held = chunk;
  }
  yield sealChunk(held, key, fileId, number, true);
}

/** How many bytes of a file are there once so many of it, sealed, are. A chunk that is not whole does not count. */
export function plainBytes(sealed: number, size: number): number {
  const whole = Math.floor(sealed / SEALED_CHUNK_BYTES) * CHUNK_BYTES;
  return sealed >= sealedBytes(size) ? size : Math.min(whole, lastOf(size) * CHUNK_BYTES);
}

/** How many bytes so many of a file take once they are sealed. */
export const sealedBytes = (plain: number): number => plain + Math.ceil(plain / CHUNK_BYTES) * TAG_BYTES;

/**
 * Seals the next piece of a file of `size` bytes, as {@link sealFile} seals all of it: chunk by chunk, from one that begins
 * at `offset` on. What is left over at the end of the piece and fills no chunk is dropped, and has to come again.
 */
export async function* sealPiece(
  bytes: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  fileId: FileId,
  { offset, size }: { offset: number; size: number },
): AsyncIterable<Uint8Array> {
  const last = lastOf(size);
  let number = offset / CHUNK_BYTES;
  for await (const chunk of chunksOf(bytes, CHUNK_BYTES)) {
    const isLast = number === last;
    if (chunk.length < (isLast ? size - last * CHUNK_BYTES : CHUNK_BYTES)) return;
    yield sealChunk(chunk, key, fileId, number, isLast);
    number++;
  }
}

/**
 * Opens what {@link sealFile} sealed, chunk by chunk: no byte is given out before its tag was checked.
 *
 * @throws {Error} when the file was changed, cut short, or is another one.
 */
export async function* openFile(
  sealed: AsyncIterable<Uint8Array>,
  key: Uint8Array,
  fileId: FileId,
  size: number,
): AsyncIterable<Uint8Array> {
  const last = lastOf(size);
  let number = 0;
  for await (const chunk of chunksOf(sealed, SEALED_CHUNK_BYTES)) {
    yield openChunk(chunk, key, fileId, number, number === last);
    number++;
  }
  if (number !== last + 1) throw new Error(`The file ${fileId} is cut short.`);
}

/** Seals a few words about the file: its name, its type. */
export const sealMeta = (text: string, key: Uint8Array, fileId: FileId): string =>
  sealChunk(Buffer.from(text), key, fileId, META, true).toString('base64url');

/** @throws {Error} when the words were changed or are of another file. */
export const openMeta = (sealed: string, key: Uint8Array, fileId: FileId): string =>
  openChunk(Buffer.from(sealed, 'base64url'), key, fileId, META, true).toString();

function sealChunk(plain: Uint8Array, key: Uint8Array, fileId: FileId, number: number, isLast: boolean): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonceOf(number)).setAAD(bound(fileId, number, isLast));
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function openChunk(sealed: Uint8Array, key: Uint8Array, fileId: FileId, number: number, isLast: boolean): Buffer {
  if (sealed.length < TAG_BYTES) throw new Error(`The file ${fileId} is cut short.`);
  const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(number))
    .setAAD(bound(fileId, number, isLast))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  const plain = decipher.update(sealed.subarray(0, -TAG_BYTES));
  try {
    return Buffer.concat([plain, decipher.final()]);
  } catch {
    throw new Error(`The file ${fileId} was changed on disk (chunk ${number}).`);
  }
}

/** The number of the last chunk. */
const lastOf = (size: number): number => Math.max(1, Math.ceil(size / CHUNK_BYTES)) - 1;

function nonceOf(number: number): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(number, 8);
  return nonce;
}

const bound = (fileId: FileId, number: number, isLast: boolean): Uint8Array =>
  Buffer.from(`trialogue file v1 ${fileId} ${number} ${isLast ? 'last' : 'more'}`);

/** Cuts a stream anew, into chunks of `size` bytes; the last one may be shorter, and is never empty. */
async function* chunksOf(bytes: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Uint8Array> {
  let parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of bytes) {
    parts.push(part);
    length += part.length;
    if (length < size) continue;
    const all = Buffer.concat(parts);
    let at = 0;
    for (; length - at >= size; at += size) yield all.subarray(at, at + size);
    parts = [all.subarray(at)];
    length -= at;
  }
  if (length > 0) yield Buffer.concat(parts);
}
