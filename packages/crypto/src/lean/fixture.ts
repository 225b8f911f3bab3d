import fc from 'fast-check';

/** How many random inputs a test is to try: `LEAN_CASES=1000000` for a night's run. */
export const cases = (usual: number): { numRuns: number } => ({ numRuns: Number(process.env['LEAN_CASES'] ?? usual) });

const edge = fc.constantFrom(0, 1, 2, 5, 0x0f, 0x7f, 0x80, 0xf0, 0xfa, 0xfb, 0xfc, 0xfe, 0xff);

/** Bytes of all kinds, most of them such as carry far or not at all. */
export function edgy(minLength: number, maxLength = minLength): fc.Arbitrary<Uint8Array> {
  const lengths = { minLength, maxLength, size: 'max' } as const;
  return fc.oneof(
    fc.uint8Array(lengths),
    fc.array(edge, lengths).map((bytes) => Uint8Array.from(bytes)),
    fc
      .tuple(fc.integer({ min: minLength, max: maxLength }), edge)
      .map(([length, byte]) => new Uint8Array(length).fill(byte)),
  );
}
