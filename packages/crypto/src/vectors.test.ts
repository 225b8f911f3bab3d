import { createCipheriv, createDecipheriv } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { chacha20poly1305, xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { describe, expect, test } from 'vitest';

import { ImDecryptError, open, parseHeader, parseKeyring, printKeyring, sealWith } from './index.ts';

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../vectors/${file}.json`, import.meta.url), 'utf8'));
const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (given: Uint8Array) => Buffer.from(given).toString('hex');

/** Another implementation, from the words of PROTOCOL.md §7 and out of OpenSSL: nothing of ours in it. */
const elsewhere = {
  /** ChaCha20's block is the mixed state plus the state it began with; HChaCha20 is the mixed state alone. */
  hchacha20(key: Uint8Array, nonce16: Uint8Array): Uint8Array {
    const block = createCipheriv('chacha20', key, nonce16).update(new Uint8Array(64));
    const began = Buffer.concat([Buffer.from('expand 32-byte k'), key, nonce16]);
    const word = (at: number) => (block.readUInt32LE(at) - began.readUInt32LE(at)) >>> 0;
    const subkey = Buffer.alloc(32);
    [0, 4, 8, 12, 48, 52, 56, 60].forEach((from, at) => subkey.writeUInt32LE(word(from), at * 4));
    return subkey;
  },

  openXChaCha(key: Uint8Array, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer {
    const subkey = elsewhere.hchacha20(key, nonce.subarray(0, 16));
    const nonce12 = Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]);
    const decipher = createDecipheriv('chacha20-poly1305', subkey, nonce12, { authTagLength: 16 });
    decipher.setAAD(aad, { plaintextLength: sealed.length - 16 });
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  },

  open(content: string, dlgId: string, keys: ReadonlyMap<number, Uint8Array>): string {
    const all = Buffer.from(content.slice('IM1.'.length), 'base64url');
    const afterSender = 7 + (all[6] ?? 0);
    const header = all.subarray(0, afterSender + 1 + (all[afterSender] ?? 0) + 1);
    const nonce = all.subarray(header.length, header.length + 24);
    const dlg = Buffer.from(dlgId);
    const aad = Buffer.concat([
      Buffer.from('IMv1'),
      header.subarray(0, 6),
      Buffer.of(dlg.length),
      dlg,
      header.subarray(6),
    ]);
    const key = keys.get(all.readUInt32BE(2)) ?? new Uint8Array(32);
    const padded = elsewhere.openXChaCha(key, nonce, aad, all.subarray(header.length + 24));
    return padded.subarray(0, padded.lastIndexOf(0x80)).toString();
  },
};

interface Published {
  key: string;
  nonce: string;
  aad: string;
  plaintext: string;
  sealed: string;
  subkey: string;
}

describe('published vectors', () => {
  const published = read('published') as Record<string, Published>;
  const vector = (name: string) => published[name] as Published;

  test.for([
    ['RFC 8439 2.8.2 ChaCha20-Poly1305', chacha20poly1305],
    ['draft-irtf-cfrg-xchacha-03 A.3.1 XChaCha20-Poly1305', xchacha20poly1305],
  ] as const)('%s', ([name, aead]) => {
    const { key, nonce, aad, plaintext, sealed } = vector(name);
    expect(hex(aead(bytes(key), bytes(nonce), bytes(aad)).encrypt(new TextEncoder().encode(plaintext)))).toBe(sealed);
    expect(new TextDecoder().decode(aead(bytes(key), bytes(nonce), bytes(aad)).decrypt(bytes(sealed)))).toBe(plaintext);
  });

  test('the other implementation, which checks ours, passes them as well', () => {
    const hchacha = vector('draft-irtf-cfrg-xchacha-03 2.2.1 HChaCha20');
    expect(hex(elsewhere.hchacha20(bytes(hchacha.key), bytes(hchacha.nonce)))).toBe(hchacha.subkey);
    const { key, nonce, aad, plaintext, sealed } = vector('draft-irtf-cfrg-xchacha-03 A.3.1 XChaCha20-Poly1305');
    expect(elsewhere.openXChaCha(bytes(key), bytes(nonce), bytes(aad), bytes(sealed)).toString()).toBe(plaintext);
  });
});

interface Sealed {
  says: string;
  dlgId: string;
  dlgKey: string;
  fromuid: string;
  clientMsgId: string;
  nonce: string;
  plaintext: string;
  content: string;
}

/** These never change: what was sealed stays on people's disks. */
describe('§7.1 envelopes', () => {
  test.for(read('envelopes') as Sealed[])('$says', ({ nonce, plaintext, content, ...to }) => {
    expect(sealWith(bytes(nonce), plaintext, to)).toBe(content);
    expect(open(content, to.dlgId, to.dlgKey)).toBe(plaintext);
    expect(elsewhere.open(content, to.dlgId, parseKeyring(to.dlgKey))).toBe(plaintext);
    expect(parseHeader(content)).toMatchObject({ suite: 1, flags: 1, contentType: 1, fromuid: to.fromuid });
    expect(parseHeader(content).clientMsgId).toBe(to.clientMsgId);
  });

  test.for(read('broken') as (Sealed & { error: string })[])('$says: $error', ({ content, dlgId, dlgKey, error }) => {
    expect(() => open(content, dlgId, dlgKey)).toThrow(ImDecryptError);
    expect(() => open(content, dlgId, dlgKey)).toThrow(expect.objectContaining({ code: error }));
  });
});

describe('§7.2 keyrings', () => {
  test.for(read('keyrings') as { says: string; dlgKey: string; keys?: Record<string, string> }[])(
    '$says',
    ({ dlgKey, keys }) => {
      if (!keys) {
        expect(() => parseKeyring(dlgKey)).toThrow(expect.objectContaining({ code: 'E_KEY' }));
        return;
      }
      const keyring = parseKeyring(dlgKey);
      expect(Object.fromEntries([...keyring].map(([epoch, key]) => [epoch, hex(key)]))).toEqual(keys);
      if (dlgKey.startsWith('dk1.')) expect(printKeyring(keyring)).toBe(dlgKey);
    },
  );
});
