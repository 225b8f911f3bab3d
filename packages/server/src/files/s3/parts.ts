import { createHash } from 'node:crypto';

import { Refused } from '@trialogue/protocol';

/** The least that a part of an upload may have, and so the most that is held of one file. */
export const PART_BYTES = 5 * 1024 * 1024;
/** Held of all files on their way to the store together; then others have to wait. */
const MOST_HELD_BYTES = 256 * 1024 * 1024;

/** What is in memory right now, of all files. */
export interface Held {
  bytes: number;
  most: number;
}

export const nothingHeld = (most = MOST_HELD_BYTES): Held => ({ bytes: 0, most });

export interface Part {
  bytes: Uint8Array<ArrayBuffer>;
  /** SHA-256 in hex, made while the bytes came: nobody waits for all of them at once. */
  hash: string;
  isLast: boolean;
}

/**
 * Cuts a stream into parts of exactly `partBytes`; the last one has what is left, of an empty stream nothing.
 *
 * @throws {Refused} storage.unavailable, when too much of other files is held already
 */
export async function* partsOf(
  bytes: AsyncIterable<Uint8Array>,
  held: Held,
  partBytes = PART_BYTES,
): AsyncIterable<Part> {
  let pieces: Uint8Array[] = [];
  let length = 0;
  let hash = createHash('sha256');
  let mine = 0;
  const hold = (count: number) => {
    mine += count;
    held.bytes += count;
  };
  const add = (piece: Uint8Array) => {
    pieces.push(piece);
    hash.update(piece);
    length += piece.length;
  };
  const take = () => {
    const taken = { bytes: Buffer.concat(pieces), hash: hash.digest('hex') };
    pieces = [];
    length = 0;
    hash = createHash('sha256');
    return taken;
  };
  try {
    for await (const piece of bytes) {
      if (held.bytes + piece.length > held.most) throw new Refused('storage.unavailable', 'Too many files at a time.');
      hold(piece.length);
      let rest = piece;
      while (length + rest.length > partBytes) {
        const fits = partBytes - length;
        add(rest.subarray(0, fits));
        rest = rest.subarray(fits);
        yield { ...take(), isLast: false };
        hold(-partBytes);
      }
      add(rest);
    }
    yield { ...take(), isLast: true };
  } finally {
    hold(-mine);
  }
}
