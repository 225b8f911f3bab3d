import { gifBlocks } from '@trialogue/protocol/pictures';

/**
 * What cameras and editors write beside the pictures: place, time, owner, program. Where a file cannot be drawn anew
 * because it moves, these are cut out or blanked; what is seen stays as it is.
 */

/** A moving picture without its notes. @throws {RangeError} when it breaks off */
export function withoutNotes(bytes: Uint8Array<ArrayBuffer>, mime: 'image/gif' | 'image/webp'): Blob {
  return new Blob(mime === 'image/gif' ? gifWithoutNotes(bytes) : webpWithoutNotes(bytes), { type: mime });
}

const gifWithoutNotes = (bytes: Uint8Array<ArrayBuffer>) =>
  gifBlocks(bytes)
    .filter(({ kind }) => kind !== 'note')
    .map(({ from, to }) => bytes.slice(from, to));

function webpWithoutNotes(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array<ArrayBuffer>[] = [];
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = nameAt(bytes, at);
    const size = view.getUint32(at + 4, true);
    const chunk = bytes.slice(at, at + 8 + size + (size & 1));
    at += 8 + size + (size & 1);
    if (name === 'EXIF' || name === 'XMP ') continue;
    // Its flags say which notes follow.
    if (name === 'VP8X') chunk[8] = (chunk[8] ?? 0) & ~0x0c;
    kept.push(chunk);
  }
  const head = bytes.slice(0, 12);
  const size = 4 + kept.reduce((sum, { length }) => sum + length, 0);
  new DataView(head.buffer).setUint32(4, size, true);
  return [head, ...kept];
}

/** Boxes of a film that hold other boxes, down to where notes may be. */
const outer = new Set(['moov', 'trak', 'mdia']);
/** Where phones write the place, and nothing that is needed to play. */
const notes = new Set(['udta', 'meta', 'uuid']);

/** A film (MP4, QuickTime) without its notes; any other file as it is. Nothing is moved: the notes become free room. */
export function withoutPlace(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (bytes.length < 12 || nameAt(bytes, 4) !== 'ftyp') return bytes;
  const changed = bytes.slice();
  const view = new DataView(changed.buffer);
  const walk = (from: number, end: number): void => {
    for (let at = from; at + 8 <= end;) {
      const short = view.getUint32(at);
      const isLong = short === 1 && at + 16 <= end;
      const size = isLong ? Number(view.getBigUint64(at + 8)) : short === 0 ? end - at : short;
      const body = at + (isLong ? 16 : 8);
      const next = Math.min(at + size, end);
      if (next < body) return;
      const name = nameAt(changed, at + 4);
      if (outer.has(name)) walk(body, next);
      else if (notes.has(name)) {
        changed.set([0x66, 0x72, 0x65, 0x65], at + 4); // free
        changed.fill(0, body, next);
      }
      at = next;
    }
  };
  walk(0, changed.length);
  return changed;
}

const nameAt = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
