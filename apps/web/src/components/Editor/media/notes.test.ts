import { pictureHead } from '@trialogue/protocol/pictures';
import { expect, test } from 'vitest';

import { withoutNotes, withoutPlace } from './notes.ts';

const text = (words: string): number[] => Array.from(words, (letter) => letter.charCodeAt(0));
const big = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
const little = (value: number): number[] => big(value).toReversed();
const shown = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
const read = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

test('client.md §4.2: a GIF that moves goes without its notes, and with all its frames', async () => {
  const frame = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
  const loop = [0x21, 0xff, 11, ...text('NETSCAPE2.0'), 3, 1, 0, 0, 0];
  const note = [0x21, 0xfe, 9, ...text('GPS 31.23'), 0];
  const xmp = [0x21, 0xff, 11, ...text('XMP DataXMP'), 4, ...text('home'), 0];
  const head = [...text('GIF89a'), 1, 0, 1, 0, 0, 0, 0];
  const gif = Uint8Array.from([...head, ...loop, ...note, ...frame, ...xmp, ...frame, 0x3b]);
  const clean = await read(withoutNotes(gif, 'image/gif'));
  expect([...clean]).toEqual([...head, ...loop, ...frame, ...frame, 0x3b]);
  expect(pictureHead(clean)?.isMoving).toBe(true);
});

test('client.md §4.2: so does a WebP, and says so itself', async () => {
  const chunk = (name: string, data: number[]) => [
    ...text(name),
    ...little(data.length),
    ...data,
    ...(data.length % 2 ? [0] : []),
  ];
  const parts = [
    chunk('VP8X', [0x02 | 0x08 | 0x04, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    chunk('ANIM', [0, 0, 0, 0, 0, 0]),
    chunk('EXIF', text('Exif GPS 31.23')),
    chunk('ANMF', [1, 2, 3]),
    chunk('XMP ', text('<home/>')),
  ].flat();
  const webp = Uint8Array.from([...text('RIFF'), ...little(parts.length + 4), ...text('WEBP'), ...parts]);
  const clean = await read(withoutNotes(webp, 'image/webp'));
  expect(shown(clean)).not.toMatch(/EXIF|XMP|GPS|home/);
  expect(shown(clean)).toMatch(/ANMF/);
  expect(pictureHead(clean)).toEqual({ mime: 'image/webp', width: 1, height: 1, isMoving: true });
  expect(new DataView(clean.buffer).getUint32(4, true)).toBe(clean.length - 8);
});

test('a film goes without the place where it was taken; nothing in it moves', () => {
  const box = (name: string, ...inner: number[][]) => {
    const body = inner.flat();
    return [...big(body.length + 8), ...text(name), ...body];
  };
  const film = Uint8Array.from([
    ...box('ftyp', text('isomisom')),
    ...box(
      'moov',
      box('mvhd', [1, 2]),
      box('trak', box('tkhd', [3]), box('udta', text('+31.23+121.47/'))),
      box('udta', text('xyz +31.23')),
    ),
    ...box('mdat', text('frames and udta')),
  ]);
  const clean = withoutPlace(film);
  expect(clean).toHaveLength(film.length);
  expect(shown(clean)).not.toContain('31.23');
  expect(shown(clean)).toContain('frames and udta');
  expect(shown(clean)).toContain('mvhd');
  expect(shown(film)).toContain('31.23');
});

test('a film of another kind, or one that lies about its boxes, is left as it is', () => {
  const webm = Uint8Array.from([0x1a, 0x45, 0xdf, 0xa3, ...text('webm, no boxes')]);
  expect(withoutPlace(webm)).toEqual(webm);
  const liar = Uint8Array.from([...big(12), ...text('ftypisom'), ...big(4), ...text('moov'), 1, 2, 3]);
  expect(withoutPlace(liar)).toEqual(liar);
});
