/** Where something may have been written, by name. */
export type Place = readonly [name: string, bytes: Buffer];

/** Every secret that is somewhere in one of the places, in whatever form: what, where and how. */
export function findCanaries(canaries: Readonly<Record<string, string | Uint8Array>>, places: readonly Place[]) {
  const found: string[] = [];
  for (const [what, secret] of Object.entries(canaries)) {
    const bytes = Buffer.from(secret);
    if (bytes.length < SHORTEST) throw new Error(`${what} is too short to be looked for`);
    for (const [form, needle] of formsOf(bytes)) {
      for (const [place, hay] of places) if (hay.includes(needle)) found.push(`${what} in ${place}, as ${form}`);
    }
  }
  return found;
}

/** Shorter, and it is found by chance. */
const SHORTEST = 8;

function formsOf(bytes: Buffer): [form: string, needle: Buffer][] {
  const utf16 = Buffer.from(bytes.toString(), 'utf16le');
  return [
    ['it is', bytes],
    ['hex', Buffer.from(bytes.toString('hex'))],
    ['HEX', Buffer.from(bytes.toString('hex').toUpperCase())],
    ['UTF-16LE', utf16],
    ['UTF-16BE', Buffer.from(utf16).swap16()],
    ...[0, 1, 2].flatMap((offset): [string, Buffer][] => [
      ['base64', Buffer.from(inside(bytes, offset, 'base64'))],
      ['base64url', Buffer.from(inside(bytes, offset, 'base64url'))],
    ]),
  ];
}

/** How bytes look in base64 in the middle of others: without the characters that they share with their neighbours. */
function inside(bytes: Buffer, offset: number, encoding: 'base64' | 'base64url'): string {
  const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString(encoding);
  const whole = Math.floor(((offset + bytes.length) * 8) / 6);
  return text.slice(Math.ceil((offset * 8) / 6), whole);
}
