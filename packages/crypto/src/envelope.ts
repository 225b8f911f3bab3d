import { fromBase64url, toBase64url } from './base64url.ts';
import { ImDecryptError } from './errors.ts';

/**
 * The outside of a sealed message. PROTOCOL.md §7.1.
 *
 *   "IM1." base64url( suite 1 | flags 1 | epoch 4 | len sender | len clientMsgId | type 1 | nonce 24 | ciphertext | tag 16 )
 *
 * Sender and client message id stand in the clear because `decrypt(content, dlgId, dlgKey)` has only three
 * arguments; they are bound by the tag, so nobody can put their name under somebody else's words.
 */
export interface Header {
  suite: number;
  flags: number;
  epoch: number;
  fromuid: string;
  clientMsgId: string;
  /** What the plaintext is; 1: a payload as JSON. */
  contentType: number;
}

export const SUITE_XCHACHA20_POLY1305 = 1;
export const FLAG_PADDED = 1;
export const TYPE_PAYLOAD = 1;
export const NONCE_BYTES = 24;
const TAG_BYTES = 16;
const PREFIX = 'IM1.';
const LONGEST_ID_BYTES = 64;
/** Suite, flags and epoch. */
const FIXED_BYTES = 6;
const LONGEST_HEADER_BYTES = FIXED_BYTES + 2 * (1 + LONGEST_ID_BYTES) + 1;

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export interface Envelope extends Header {
  nonce: Uint8Array;
  /** Ciphertext and tag. */
  sealed: Uint8Array;
}

export function printEnvelope({ nonce, sealed, ...header }: Envelope): string {
  const head = headerBytes(header);
  const bytes = new Uint8Array(head.length + nonce.length + sealed.length);
  bytes.set(head);
  bytes.set(nonce, head.length);
  bytes.set(sealed, head.length + nonce.length);
  return PREFIX + toBase64url(bytes);
}

/** @throws {ImDecryptError} `E_FORMAT`, `E_SUITE` */
export function parseEnvelope(content: string): Envelope {
  // Applications without types hand in whatever a row holds.
  if (typeof content !== 'string') throw new ImDecryptError('E_FORMAT');
  const bytes = content.startsWith(PREFIX) ? fromBase64url(content.slice(PREFIX.length)) : undefined;
  if (!bytes) throw new ImDecryptError('E_FORMAT');
  const [header, at] = parseHeaderBytes(bytes);
  if (bytes.length < at + NONCE_BYTES + TAG_BYTES) throw new ImDecryptError('E_FORMAT');
  return { ...header, nonce: bytes.subarray(at, at + NONCE_BYTES), sealed: bytes.subarray(at + NONCE_BYTES) };
}

/**
 * Only the clear part, for whoever carries an envelope without a key. Decodes no more than that part.
 *
 * @throws {ImDecryptError} `E_FORMAT`, `E_SUITE`
 */
export function parseHeader(content: string): Header {
  if (!/^IM1\.[\w-]+$/.test(content)) throw new ImDecryptError('E_FORMAT');
  const digits = Math.ceil(LONGEST_HEADER_BYTES / 3) * 4;
  const start = content.slice(PREFIX.length, PREFIX.length + digits);
  const bytes = fromBase64url(start.slice(0, start.length - (start.length % 4)));
  if (!bytes) throw new ImDecryptError('E_FORMAT');
  const [header, at] = parseHeaderBytes(bytes);
  const bytesInAll = Math.floor(((content.length - PREFIX.length) * 3) / 4);
  if (bytesInAll < at + NONCE_BYTES + TAG_BYTES) throw new ImDecryptError('E_FORMAT');
  return header;
}

/** What the tag vouches for besides the plaintext: `IMv1`, suite, flags, epoch, dlgId, sender, clientMsgId, type. */
export function associatedData(header: Header, dlgId: string): Uint8Array {
  const clear = headerBytes(header);
  const parts = [
    utf8.encode('IMv1'),
    clear.subarray(0, FIXED_BYTES),
    lengthPrefixed(dlgId),
    clear.subarray(FIXED_BYTES),
  ];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function headerBytes({ suite, flags, epoch, fromuid, clientMsgId, contentType }: Header): Uint8Array {
  const sender = lengthPrefixed(fromuid);
  const cid = lengthPrefixed(clientMsgId);
  const bytes = new Uint8Array(FIXED_BYTES + sender.length + cid.length + 1);
  bytes[0] = suite;
  bytes[1] = flags;
  new DataView(bytes.buffer).setUint32(2, epoch);
  bytes.set(sender, FIXED_BYTES);
  bytes.set(cid, FIXED_BYTES + sender.length);
  bytes[bytes.length - 1] = contentType;
  return bytes;
}

function parseHeaderBytes(bytes: Uint8Array): [Header, number] {
  const [suite, flags] = bytes;
  if (suite === undefined || flags === undefined || bytes.length < FIXED_BYTES) throw new ImDecryptError('E_FORMAT');
  if (suite !== SUITE_XCHACHA20_POLY1305) throw new ImDecryptError('E_SUITE');
  const epoch = new DataView(bytes.buffer, bytes.byteOffset).getUint32(2);
  const [fromuid, afterSender] = textAt(bytes, FIXED_BYTES);
  const [clientMsgId, afterId] = textAt(bytes, afterSender);
  const contentType = bytes[afterId];
  if (contentType === undefined) throw new ImDecryptError('E_FORMAT');
  return [{ suite, flags, epoch, fromuid, clientMsgId, contentType }, afterId + 1];
}

function textAt(bytes: Uint8Array, at: number): [string, number] {
  const length = bytes[at];
  if (length === undefined || length > LONGEST_ID_BYTES || at + 1 + length > bytes.length) {
    throw new ImDecryptError('E_FORMAT');
  }
  try {
    return [strictUtf8.decode(bytes.subarray(at + 1, at + 1 + length)), at + 1 + length];
  } catch {
    throw new ImDecryptError('E_FORMAT');
  }
}

function lengthPrefixed(text: string): Uint8Array {
  const encoded = utf8.encode(text);
  if (encoded.length > LONGEST_ID_BYTES)
    throw new RangeError(`an id in an envelope has at most ${LONGEST_ID_BYTES} bytes`);
  const bytes = new Uint8Array(1 + encoded.length);
  bytes[0] = encoded.length;
  bytes.set(encoded, 1);
  return bytes;
}
