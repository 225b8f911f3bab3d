const MARK = 0x80;

/** Hides the exact length: multiples of 32 bytes up to 256, then steps of an eighth of the length's power of two. */
function paddedLength(length: number): number {
  const needed = length + 1;
  const step = Math.max(32, 2 ** (28 - Math.clz32(needed)));
  return Math.ceil(needed / step) * step;
}

/** ISO/IEC 7816-4: one 0x80, then zeros. */
export function pad(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(bytes.length));
  padded.set(bytes);
  padded[bytes.length] = MARK;
  return padded;
}

/** @throws {RangeError} when the bytes do not end in a padding. */
export function unpad(bytes: Uint8Array): Uint8Array {
  const end = bytes.findLastIndex((byte) => byte !== 0);
  if (bytes[end] !== MARK) throw new RangeError('there is no padding');
  return bytes.subarray(0, end);
}
