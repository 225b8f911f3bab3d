import type { CipherCoreFn, CipherOpts } from '@noble/ciphers/_arx.js';

/**
 * What `@noble/ciphers` puts round the core of ChaCha20, as far as XChaCha20 needs it. In the SDK this file stands in
 * the place of the library's `_arx.js` (packages/sdk/build.mjs); the core itself stays the library's.
 */

export const rotl = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

/** Words are read little-endian, whatever the machine is. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(4 * at, true));
}

/** XChaCha20: a key of 32 bytes, a nonce of 24. Neither is changed. */
/* @__NO_SIDE_EFFECTS__ */
export function createCipher(core: CipherCoreFn, { extendNonceFn: hchacha }: CipherOpts) {
  const sigma = wordsOf(new TextEncoder().encode('expand 32-byte k'));
  return (key: Uint8Array, nonce: Uint8Array, data: Uint8Array, output = new Uint8Array(data.length), counter = 0) => {
    const subkey = wordsOf(key);
    const words = wordsOf(nonce);
    hchacha?.(sigma, subkey, words, subkey);
    // Six words: four went into the key, and the first of the core's three is 0.
    words[3] = 0;
    const block = new Uint32Array(16);
    for (let at = 0; at < data.length; at++) {
      if (at % 64 === 0) core(sigma, subkey, words.subarray(3), block, counter++);
      output[at] = data[at]! ^ (block[(at % 64) >> 2]! >>> (8 * (at % 4)));
    }
    subkey.fill(0);
    block.fill(0);
    return output;
  };
}

/** Generators of random numbers are not in the SDK. */
export const createPRG = (): void => {};
