/**
 * What the library's ciphers need of its `utils.js`, without the checks of what callers hand in: all of it is made in
 * this package. In the SDK this file stands in its place (packages/sdk/build.mjs).
 */

/* @__NO_SIDE_EFFECTS__ */
export const abytes = (bytes: Uint8Array): Uint8Array => bytes;
/* @__NO_SIDE_EFFECTS__ */
export const aexists = (): void => {};
/* @__NO_SIDE_EFFECTS__ */
export const aoutput = (): void => {};

export const copyBytes = (bytes: Uint8Array): Uint8Array => Uint8Array.from(bytes);
export const getOutput = (length: number, given = new Uint8Array(length)): Uint8Array => given;
export const clean = (...arrays: { fill(value: 0): unknown }[]): void => arrays.forEach((each) => each.fill(0));

/** In the same time wherever they differ. */
export const equalBytes = (one: Uint8Array, other: Uint8Array): boolean =>
  one.reduce((differing, byte, at) => differing | (byte ^ other[at]!), 0) === 0;

/** The words handed round are read little-endian in arx.ts, so nothing is to be swapped. */
export const isLE = true;
export const swap32IfBE = <T>(words: T): T => words;

/** Both lengths as 8 bytes, little-endian. */
export function u64Lengths(dataBytes: number, aadBytes: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint32(0, aadBytes, true);
  view.setUint32(8, dataBytes, true);
  return new Uint8Array(view.buffer);
}

/* @__NO_SIDE_EFFECTS__ */
export const wrapMacConstructor = <Mac>(_: number, create: (key: Uint8Array) => Mac) => ({ create });

/** Of the ciphers that are not in the SDK. */
export const wrapCipher = (): void => {};
