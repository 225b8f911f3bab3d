import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { expect, test } from 'vitest';

import { associatedData, printEnvelope } from './envelope.ts';
import { open, printKeyring } from './index.ts';

const key = new Uint8Array(32).fill(1);
const nonce = new Uint8Array(24).fill(2);
const dlgKey = printKeyring(new Map([[1, key]]));

/** As another implementation may seal, which holds the key. */
function sealedElsewhere(flags: number, bytes: Uint8Array): string {
  const header = { suite: 1, flags, epoch: 1, fromuid: 'ada', clientMsgId: 'c1', contentType: 1 };
  const sealed = xchacha20poly1305(key, nonce, associatedData(header, 'tea')).encrypt(bytes);
  return printEnvelope({ ...header, nonce, sealed });
}

test('§7.3 an envelope without the padding flag is opened as it is', () => {
  expect(open(sealedElsewhere(0, Uint8Array.of(104, 105, 0x20, 0)), 'tea', dlgKey)).toBe('hi \u0000');
});

test('§7.3 whoever says padded and is not, or seals what is no text, is not believed', () => {
  for (const content of [sealedElsewhere(1, Uint8Array.of(104, 105)), sealedElsewhere(0, Uint8Array.of(0xff, 0xfe))]) {
    expect(() => open(content, 'tea', dlgKey)).toThrow(expect.objectContaining({ code: 'E_TAMPERED' }));
  }
});

test.each<unknown>([undefined, null, 42, {}])('what is no text at all is refused by name too: %s', (odd) => {
  const untyped = open as (...given: unknown[]) => string;
  expect(() => untyped(odd, 'tea', dlgKey)).toThrow(expect.objectContaining({ code: 'E_FORMAT' }));
  const content = sealedElsewhere(0, Uint8Array.of(104, 105));
  expect(() => untyped(content, 'tea', odd)).toThrow(expect.objectContaining({ code: 'E_KEY' }));
});
