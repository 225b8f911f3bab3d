const MARK = 0x80;

/** Hides the exact length: multiples of 32 bytes up to 256, then steps of an eighth of the length's power of two. */
function paddedLength(length: number): number {
  const needed = length + 1;
  const step = needed <= 256 ? 32 : 2 ** (Math.floor(Math.log2(needed)) - 3);
  return Math.ceil(needed / step) * step;
}

/** ISO/IEC 7816-4: one 0x80, then zeros. */
export function pad(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(bytes.length));
  padded.set(bytes);
  padded[bytes.length] = MARK;
  return padded;
}

/** Undefined when the bytes do not end in a padding. */
export function unpad(bytes: Uint8Array): Uint8Array | undefined {
  let end = bytes.length - 1;
  while (end >= 0 && bytes[end] === 0) end--;
  return bytes[end] === MARK ? bytes.subarray(0, end) : undefined;
}
