/**
 * Poly1305 in loops: `h = (h + block) · r` modulo 2¹³⁰ − 5, for one block after the other. Numbers are ten limbs of 13
 * bits, so that five products stay below 2³². What is done depends on lengths only, never on what the bytes are.
 *
 * @see RFC 8439 §2.5
 */

const LIMBS = 10;
const LIMB_BITS = 13;
const LIMB = 0x1fff;
const BLOCK_BYTES = 16;

/** @param key of this one message: no other may have the same */
export function poly1305(message: Uint8Array, key: Uint8Array): Uint8Array {
  // With room for the 1 that is put behind a block.
  const block = new Uint8Array(BLOCK_BYTES + 1);
  block.set(key.subarray(0, BLOCK_BYTES));
  for (const at of [3, 7, 11, 15]) block[at]! &= 15;
  for (const at of [4, 8, 12]) block[at]! &= 252;
  // Before r itself five times r: what a product has over 2¹³⁰ counts five times.
  const r = new Uint32Array(2 * LIMBS);
  for (let at = 0; at < LIMBS; at++) r[at] = 5 * (r[LIMBS + at] = limbAt(block, at));

  const h = new Uint32Array(LIMBS);
  const product = new Uint32Array(LIMBS);
  for (let from = 0; from < message.length; from += BLOCK_BYTES) {
    const part = message.subarray(from, from + BLOCK_BYTES);
    block.fill(0);
    block.set(part);
    block[part.length] = 1;
    for (let at = 0; at < LIMBS; at++) h[at]! += limbAt(block, at);

    let carry = 0;
    for (let at = 0; at < LIMBS; at++) {
      let sum = carry;
      carry = 0;
      for (let by = 0; by < LIMBS; by++) {
        sum += h[by]! * r[LIMBS + at - by]!;
        if (by % 5 < 4) continue;
        carry += sum >>> LIMB_BITS;
        sum &= LIMB;
      }
      product[at] = sum;
    }
    h.set(product);
    const over = add(h, 5 * carry);
    h[0]! += 5 * over;
  }

  // h is below 2¹³⁰: had it gone over once more, next to nothing would be left of it. h + 5 goes over 2¹³⁰ just when h is no less than 2¹³⁰ − 5.
  add(h, 5 * add(h.slice(), 5));
  const tag = new Uint8Array(BLOCK_BYTES);
  for (let at = 0, sum = 0; at < BLOCK_BYTES; at++, sum >>= 8) {
    sum += byteAt(h, at) + key[BLOCK_BYTES + at]!;
    tag[at] = sum;
  }
  return tag;
}

/** Of a number in bytes, little-endian: one of its limbs. */
function limbAt(bytes: Uint8Array, at: number): number {
  const bit = LIMB_BITS * at;
  const from = bit >> 3;
  return ((bytes[from]! | (bytes[from + 1]! << 8) | (bytes[from + 2]! << 16)) >>> (bit & 7)) & LIMB;
}

/** Of a number in limbs: one of its bytes. */
function byteAt(limbs: Uint32Array, at: number): number {
  const bit = 8 * at;
  const from = Math.floor(bit / LIMB_BITS);
  return ((limbs[from]! | (limbs[from + 1]! << LIMB_BITS)) >>> (bit % LIMB_BITS)) & 0xff;
}

/** Adds a small number, and gives what goes over 2¹³⁰. */
function add(limbs: Uint32Array, carry: number): number {
  for (let at = 0; at < LIMBS; at++) {
    carry += limbs[at]!;
    limbs[at] = carry & LIMB;
    carry >>>= LIMB_BITS;
  }
  return carry;
}
