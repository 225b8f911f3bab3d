import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { fromBase64url, toBase64url } from './base64url.ts';
import { ImDecryptError, open, parseHeader, printKeyring, seal, type SealedFor } from './index.ts';

const ring = (...epochs: number[]) =>
  printKeyring(new Map(epochs.map((epoch) => [epoch, new Uint8Array(32).fill(epoch)])));
const fromAda: SealedFor = { dlgId: 'tea', dlgKey: ring(1), fromuid: 'ada', clientMsgId: 'c1' };

/** What people write: any script, emoji, right to left, marks that nobody sees. */
const words = fc.string({ unit: 'grapheme', maxLength: 300 });
const ids = fc.stringMatching(/^[A-Za-z0-9_.:@-]{1,64}$/);

const opened = (content: string, { dlgId, dlgKey }: SealedFor = fromAda): string => {
  try {
    return open(content, dlgId, dlgKey);
  } catch (error) {
    expect(error).toBeInstanceOf(ImDecryptError);
    return (error as ImDecryptError).code;
  }
};

describe('I39 what Ada seals, everybody with the key opens', () => {
  test('whatever she writes, wherever, under whatever ids (P5, P12)', () => {
    fc.assert(
      fc.property(
        words,
        ids,
        ids,
        ids,
        fc.uniqueArray(fc.integer({ min: 1, max: 255 }), { minLength: 1 }),
        (...given) => {
          const [plaintext, dlgId, fromuid, clientMsgId, epochs] = given;
          const to = { dlgId, fromuid, clientMsgId, dlgKey: ring(...epochs.slice(0, 64)) };
          const content = seal(plaintext, to);
          expect(open(content, dlgId, to.dlgKey)).toBe(plaintext);
          expect(parseHeader(content)).toMatchObject({ fromuid, clientMsgId, epoch: Math.max(...epochs.slice(0, 64)) });
        },
      ),
    );
  });

  test.for(['', '\u0000', '﻿leading byte order mark', '👩‍👩‍👧‍👦🏳️‍🌈', 'שלום\u202Eعكس', 'a\u200Bb\u2060c', '\r\n\t'])(
    '%j',
    (plaintext) => {
      expect(opened(seal(plaintext, fromAda))).toBe(plaintext);
    },
  );

  test('half an emoji comes out as U+FFFD, as in every UTF-8; inside a JSON payload it survives', () => {
    expect(opened(seal('tea \uD83C', fromAda))).toBe('tea \uFFFD');
    const payload = { type: 'text', text: 'tea \uD83C' };
    expect(JSON.parse(opened(seal(JSON.stringify(payload), fromAda)))).toEqual(payload);
  });

  test('a longer ring opens what an older one sealed', () => {
    expect(open(seal('before', fromAda), 'tea', ring(1, 2, 3))).toBe('before');
  });

  test('the longest payload (8 KiB) under the longest ids fits the 16 KiB of an envelope', () => {
    const long = 'x'.repeat(64);
    const content = seal('x'.repeat(8 * 1024), { dlgId: long, dlgKey: ring(1), fromuid: long, clientMsgId: long });
    expect(content.length).toBeLessThanOrEqual(16 * 1024);
  });
});

describe('I39 what Mal changes, nobody opens', () => {
  const content = seal('{"type":"text","text":"128.00"}', fromAda);
  const bytes = fromBase64url(content.slice('IM1.'.length)) ?? new Uint8Array();

  test('any one bit of the envelope', () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(opened(`IM1.${toBase64url(flipped)}`), `bit ${bit}`).toMatch(/^E_/);
    }
  });

  test('any one character of the content, the last one with its unused bits included', () => {
    const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=. ';
    for (let at = 0; at < content.length; at++) {
      for (const digit of digits) {
        if (digit === content[at]) continue;
        expect(opened(content.slice(0, at) + digit + content.slice(at + 1)), `character ${at}`).toMatch(/^E_/);
      }
    }
  });

  test('cut off anywhere, or with something added', () => {
    for (let length = 0; length < content.length; length++) expect(opened(content.slice(0, length))).toMatch(/^E_/);
    for (const more of ['A', 'AA', 'AAAA', '\n', '=']) expect(opened(content + more)).toMatch(/^E_/);
  });

  test('moved to another conversation, or tried with another key', () => {
    fc.assert(
      fc.property(ids, fc.uint8Array({ minLength: 32, maxLength: 32 }), (dlgId, key) => {
        fc.pre(dlgId !== 'tea');
        expect(opened(content, { ...fromAda, dlgId })).toBe('E_TAMPERED');
        expect(opened(content, { ...fromAda, dlgKey: toBase64url(key) })).toBe('E_TAMPERED');
      }),
    );
  });

  test('ids shifted into each other: ada + c1 is not adac + 1', () => {
    const from = (fromuid: string, clientMsgId: string) => {
      const head = new TextEncoder().encode(
        `${String.fromCharCode(fromuid.length)}${fromuid}${String.fromCharCode(clientMsgId.length)}${clientMsgId}`,
      );
      const moved = bytes.slice();
      moved.set(head, 6);
      return `IM1.${toBase64url(moved)}`;
    };
    expect(opened(from('ada', 'c1'))).toBe('{"type":"text","text":"128.00"}');
    expect(opened(from('adac', '1'))).toBe('E_TAMPERED');
  });

  test('and its complaint holds neither key nor text', () => {
    expect(() => open(`${content}=`, 'tea', fromAda.dlgKey)).toThrow(/^The content is not a sealed envelope\.$/);
    expect(() => open(content, 'tea', 'my secret key')).toThrow(/^The dlgKey is not a keyring\.$/);
  });
});

test('I40 no nonce comes twice, and the same words never look the same', () => {
  const contents = Array.from({ length: 3000 }, () => seal('same', fromAda));
  const nonces = contents.map((content) =>
    toBase64url(fromBase64url(content.slice(4))?.slice(14, 14 + 24) ?? new Uint8Array()),
  );
  expect(new Set(nonces).size).toBe(contents.length);
  expect(new Set(contents).size).toBe(contents.length);
});

test('the length of the content tells the bucket and nothing more', () => {
  const lengths = (texts: string[]) => new Set(texts.map((text) => seal(text, fromAda).length));
  expect(lengths(['', 'yes', 'no', 'x'.repeat(31)]).size).toBe(1);
  expect(lengths(['x'.repeat(31), 'x'.repeat(32)]).size).toBe(2);
  // Ten times three bytes: counted as UTF-8, not as characters.
  expect(lengths(['茶'.repeat(10), 'x'.repeat(30)]).size).toBe(1);
});

test('who only carries envelopes reads the clear part of any text, or E_FORMAT or E_SUITE (P6)', () => {
  const nearMiss = fc
    .uint8Array({ maxLength: 200 })
    .map((bytes) => `IM1.${toBase64url(Uint8Array.of(1, 1, ...bytes))}`);
  fc.assert(
    fc.property(fc.oneof(fc.string(), nearMiss), (text) => {
      try {
        expect(parseHeader(text).suite).toBe(1);
      } catch (error) {
        expect(error).toBeInstanceOf(ImDecryptError);
        expect(['E_FORMAT', 'E_SUITE']).toContain((error as ImDecryptError).code);
      }
    }),
    { numRuns: 500 },
  );
});

test('an id longer than 64 bytes is a bug of the caller, and said so', () => {
  expect(() => seal('hi', { ...fromAda, fromuid: '茶'.repeat(22) })).toThrow('at most 64 bytes');
});
