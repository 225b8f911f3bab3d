import { poly1305 } from './poly1305.ts';
import { xchacha20 } from './xchacha20.ts';

const TAG_BYTES = 16;

/**
 * XChaCha20-Poly1305. In the builds of the SDK and of the pages it stands in the place of `../cipher.ts`, whose library
 * weighs three times as much (scripts/parts/lean.mjs). docs/decisions/0014.
 *
 * @see RFC 8439 §2.8
 */
export function cipher(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array) {
  const stream = xchacha20(key, nonce);
  const tagOf = (sealed: Uint8Array) => poly1305(vouchedFor(aad, sealed), stream(new Uint8Array(32), 0));
  return {
    encrypt(plaintext: Uint8Array): Uint8Array {
      const sealed = stream(plaintext, 1);
      return Uint8Array.from([...sealed, ...tagOf(sealed)]);
    },

    /** @throws {Error} when it is not as it was sealed */
    decrypt(given: Uint8Array): Uint8Array {
      const sealed = given.subarray(0, -TAG_BYTES);
      if (!isSame(tagOf(sealed), given.subarray(-TAG_BYTES))) throw new Error('invalid tag');
      return stream(sealed, 1);
    },
  };
}

/** What the tag is made of: both parts, each up to a whole block, and their lengths. */
function vouchedFor(aad: Uint8Array, sealed: Uint8Array): Uint8Array {
  const from = wholeBlocks(aad.length);
  const end = from + wholeBlocks(sealed.length);
  const bytes = new Uint8Array(end + 16);
  bytes.set(aad);
  bytes.set(sealed, from);
  const lengths = new DataView(bytes.buffer, end);
  lengths.setUint32(0, aad.length, true);
  lengths.setUint32(8, sealed.length, true);
  return bytes;
}

const wholeBlocks = (length: number): number => Math.ceil(length / 16) * 16;

/** In the same time wherever they differ. */
const isSame = (one: Uint8Array, other: Uint8Array): boolean =>
  one.reduce((differing, byte, at) => differing | (byte ^ other[at]!), 0) === 0;
