/**
 * XChaCha20 in loops: a key of 32 bytes and a nonce of 24 give a stream of bytes, to be added to a message bit by bit.
 *
 * @see RFC 8439 §2.3, draft-irtf-cfrg-xchacha-03 §2
 */

const BLOCK_BYTES = 64;
const COUNTER = 12;

/** `expand 32-byte k`. */
const SIGMA = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];

/** Enciphers and deciphers, from the block with that number on. */
export type Stream = (data: Uint8Array, counter: number) => Uint8Array;

export function xchacha20(key: Uint8Array, nonce: Uint8Array): Stream {
  // HChaCha20: what is the first and the last row after the rounds is the key of what follows.
  const mixed = Uint32Array.of(...SIGMA, ...wordsOf(key), ...wordsOf(nonce.subarray(0, 16)));
  mix(mixed);
  const start = Uint32Array.of(
    ...SIGMA,
    ...mixed.subarray(0, 4),
    ...mixed.subarray(12),
    0,
    0,
    ...wordsOf(nonce.subarray(16)),
  );
  return (data, counter) => {
    const output = new Uint8Array(data.length);
    const block = new Uint32Array(16);
    for (let at = 0; at < data.length; at++) {
      if (at % BLOCK_BYTES === 0) {
        start[COUNTER] = counter++;
        block.set(start);
        mix(block);
        for (let word = 0; word < 16; word++) block[word]! += start[word]!;
      }
      output[at] = data[at]! ^ (block[(at >> 2) & 15]! >>> (8 * (at & 3)));
    }
    return output;
  };
}

/** Words are read little-endian, whatever the machine is. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(4 * at, true));
}

/** Twenty rounds of four, by turns over the columns of the square and over its diagonals. */
function mix(square: Uint32Array): void {
  for (let turn = 0; turn < 80; turn++) {
    const slope = (turn >> 2) & 1;
    quarterRound(
      square,
      turn & 3,
      4 + ((turn + slope) & 3),
      8 + ((turn + 2 * slope) & 3),
      12 + ((turn + 3 * slope) & 3),
    );
  }
}

function quarterRound(square: Uint32Array, a: number, b: number, c: number, d: number): void {
  stir(square, a, b, d, 16);
  stir(square, c, d, b, 12);
  stir(square, a, b, d, 8);
  stir(square, c, d, b, 7);
}

/** `a += b; d ^= a; d <<<= by`. */
function stir(square: Uint32Array, a: number, b: number, d: number, by: number): void {
  square[a]! += square[b]!;
  const word = square[d]! ^ square[a]!;
  square[d] = (word << by) | (word >>> (32 - by));
}
