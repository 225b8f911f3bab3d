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
const LONGEST_HEADER_DIGITS = Math.ceil((FIXED_BYTES + 2 * (1 + LONGEST_ID_BYTES) + 1) / 3) * 4;
/** Holds ids of 32 bytes in all and more, and is decoded in half the time. */
const USUAL_HEADER_DIGITS = 80;

export const utf8 = new TextEncoder();
export const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export interface Envelope extends Header {
  nonce: Uint8Array;
  /** Ciphertext and tag. */
  sealed: Uint8Array;
}

export const printEnvelope = ({ nonce, sealed, ...header }: Envelope): string =>
  PREFIX + toBase64url(joined(...headerParts(header), nonce, sealed));

/** @throws {ImDecryptError} `E_FORMAT`, `E_SUITE` */
export function parseEnvelope(content: string): Envelope {
  const [header, rest] = parse(content, Infinity);
  return { ...header, nonce: rest.subarray(0, NONCE_BYTES), sealed: rest.subarray(NONCE_BYTES) };
}

/**
 * Only the clear part, for whoever carries an envelope without a key. Decodes no more than that part.
 *
 * @throws {ImDecryptError} `E_FORMAT`, `E_SUITE`
 */
export function parseHeader(content: string): Header {
  try {
    return parse(content, USUAL_HEADER_DIGITS)[0];
  } catch {
    return parse(content, LONGEST_HEADER_DIGITS)[0];
  }
}

/** What the tag vouches for besides the plaintext: `IMv1`, suite, flags, epoch, dlgId, sender, clientMsgId, type. */
export function associatedData(header: Header, dlgId: string): Uint8Array {
  const [fixed, ...rest] = headerParts(header);
  return joined(utf8.encode('IMv1'), fixed, lengthPrefixed(dlgId), ...rest);
}

function headerParts({
  suite,
  flags,
  epoch,
  fromuid,
  clientMsgId,
  contentType,
}: Header): [Uint8Array, ...Uint8Array[]] {
  const fixed = Uint8Array.of(suite, flags, epoch >>> 24, epoch >>> 16, epoch >>> 8, epoch);
  return [fixed, lengthPrefixed(fromuid), lengthPrefixed(clientMsgId), Uint8Array.of(contentType)];
}

/** The clear part, and what of the rest is in the first `digits` of the envelope. */
function parse(content: string, digits: number): [Header, Uint8Array] {
  // Applications without types hand in whatever a row holds.
  const isEnvelope = typeof content === 'string' && /^IM1\.[\w-]+$/.test(content);
  const bytes = isEnvelope ? fromBase64url(content.slice(PREFIX.length, PREFIX.length + digits)) : undefined;
  if (!bytes || bytes.length < FIXED_BYTES) throw new ImDecryptError('E_FORMAT');
  const [suite = 0, flags = 0] = bytes;
  if (suite !== SUITE_XCHACHA20_POLY1305) throw new ImDecryptError('E_SUITE');
  const epoch = new DataView(bytes.buffer).getUint32(2);
  const [fromuid, afterSender] = textAt(bytes, FIXED_BYTES);
  const [clientMsgId, afterId] = textAt(bytes, afterSender);
  const contentType = bytes[afterId] ?? 0;
  const bytesInAll = Math.floor(((content.length - PREFIX.length) * 3) / 4);
  if (bytesInAll < afterId + 1 + NONCE_BYTES + TAG_BYTES) throw new ImDecryptError('E_FORMAT');
  return [{ suite, flags, epoch, fromuid, clientMsgId, contentType }, bytes.subarray(afterId + 1)];
}

/** The text there, and where the next part begins. */
function textAt(bytes: Uint8Array, at: number): [string, number] {
  const end = at + 1 + (bytes[at] ?? Infinity);
  if (end <= Math.min(bytes.length, at + 1 + LONGEST_ID_BYTES)) {
    try {
      return [strictUtf8.decode(bytes.subarray(at + 1, end)), end];
    } catch {
      // Said below.
    }
  }
  throw new ImDecryptError('E_FORMAT');
}

function lengthPrefixed(text: string): Uint8Array {
  const encoded = utf8.encode(text);
  if (encoded.length > LONGEST_ID_BYTES)
    throw new RangeError(`an id in an envelope has at most ${LONGEST_ID_BYTES} bytes`);
  return joined(Uint8Array.of(encoded.length), encoded);
}

const joined = (...parts: Uint8Array[]): Uint8Array => new Uint8Array(parts.flatMap((part) => [...part]));
