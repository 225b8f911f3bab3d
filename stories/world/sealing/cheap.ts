import * as real from '@trialogue/crypto';

import { sealing } from './mode.ts';

export * from '@trialogue/crypto';

/**
 * Stands in for `@trialogue/crypto` in most worlds: an envelope that anybody can read, but that still is refused with
 * the wrong key, conversation or epoch, and still names its sender, id and epoch. Fifty times as fast as the real
 * one, which has its own vectors and seals every tenth world.
 */
interface Marked {
  epoch: number;
  fromuid: string;
  clientMsgId: string;
  dlgId: string;
  /** Of the key, not the key. */
  mark: number;
  /** No two seals are alike. */
  nth: number;
  text: string;
}

const PREFIX = 'IM1.';
const SUITE = 1;
const PADDED = 1;
/** The first digits are those of a real one, suite, flags and epoch: whoever reads no more is served. PROTOCOL.md §7.1 */
const DIGITS = 8;
let count = 0;

function digitsOf(epoch: number): string {
  const bytes = Buffer.from([SUITE, PADDED, 0, 0, 0, 0]);
  bytes.writeUInt32BE(epoch, 2);
  return bytes.toString('base64url');
}

export function seal(plaintext: string, to: real.SealedFor): string {
  if (!sealing.isCheap) return real.seal(plaintext, to);
  const { dlgId, dlgKey, fromuid, clientMsgId } = to;
  const marks = marksOf(dlgKey);
  const epoch = Math.max(...marks.keys());
  const marked: Marked = {
    epoch,
    fromuid,
    clientMsgId,
    dlgId,
    mark: marks.get(epoch) ?? 0,
    nth: count++,
    text: plaintext,
  };
  return PREFIX + digitsOf(epoch) + JSON.stringify(marked);
}

export function open(content: string, dlgId: string, dlgKey: string): string {
  if (!sealing.isCheap) return real.open(content, dlgId, dlgKey);
  const marked = read(content);
  const mark = marksOf(dlgKey).get(marked.epoch);
  if (mark === undefined) throw new real.ImDecryptError('E_EPOCH');
  if (mark !== marked.mark || marked.dlgId !== dlgId) throw new real.ImDecryptError('E_TAMPERED');
  return marked.text;
}

export function parseHeader(content: string): real.Header {
  if (!sealing.isCheap) return real.parseHeader(content);
  const { epoch, fromuid, clientMsgId } = read(content);
  return { suite: SUITE, flags: PADDED, epoch, fromuid, clientMsgId, contentType: 1 };
}

/** Each envelope and each ring is read by everybody in the room. */
const read = lastOnes((content: string): Marked => {
  if (!content.startsWith(PREFIX)) throw new real.ImDecryptError('E_FORMAT');
  return JSON.parse(content.slice(PREFIX.length + DIGITS)) as Marked;
});

const marksOf = lastOnes(
  (dlgKey: string): Map<number, number> =>
    new Map(
      [...real.parseKeyring(dlgKey)].map(([epoch, key]) => [
        epoch,
        new DataView(key.buffer, key.byteOffset).getUint32(0),
      ]),
    ),
);

function lastOnes<T>(make: (of: string) => T): (of: string) => T {
  const made = new Map<string, T>();
  return (of) => {
    const known = made.get(of);
    if (known !== undefined) return known;
    if (made.size > 500) made.clear();
    const fresh = make(of);
    made.set(of, fresh);
    return fresh;
  };
}
