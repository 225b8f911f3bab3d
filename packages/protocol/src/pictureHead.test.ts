import { expect, test } from 'vitest';

import { isFlood, pictureHead } from './pictureHead.ts';

const bytes = (...parts: (string | number | number[])[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? Array.from(part, (letter) => letter.charCodeAt(0)) : part)),
  );
const big = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);

const chunk = (name: string, data: number[]) => [...big(data.length), ...bytes(name), ...data, 0, 0, 0, 0];
const png = (width: number, height: number, ...more: number[][]) =>
  bytes(
    [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
    chunk('IHDR', [...big(width), ...big(height), 8, 6, 0, 0, 0]),
    ...more,
  );
const frame = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0];
const gif = (frames: number) =>
  bytes('GIF89a', [40, 0, 30, 0, 0, 0, 0], ...Array.from({ length: frames }, () => frame), 0x3b);

test('a picture tells its kind and its size by its first bytes, whatever it is called', () => {
  const jpeg = bytes(
    [0xff, 0xd8, 0xff, 0xe1, 0, 10],
    'Exif\0\0..',
    // Padding, a table, then the frame.
    [0xff, 0xff, 0xc4, 0, 4, 9, 9, 0xff, 0xc2, 0, 11, 8, 0x0b, 0xb8, 0x0f, 0xa0, 1, 1, 0x11, 0],
  );
  expect(pictureHead(jpeg)).toEqual({ mime: 'image/jpeg', width: 4000, height: 3000, isMoving: false });
  expect(pictureHead(png(640, 480))).toEqual({ mime: 'image/png', width: 640, height: 480, isMoving: false });
  const lossless = bytes('RIFF', big(0), 'WEBPVP8L', big(0), 0x2f, [0x8f, 0xc2, 0x77, 0]);
  expect(pictureHead(lossless)).toMatchObject({ mime: 'image/webp', width: 656, height: 480 });
  const heic = bytes(big(24), 'ftypheic', big(0), 'mif1heic', big(20), 'ispe', big(0), big(4032), big(3024));
  expect(pictureHead(heic)).toMatchObject({ mime: 'image/heic', width: 4032, height: 3024 });
});

test('one that moves is known by its second frame', () => {
  expect(pictureHead(gif(1))).toEqual({ mime: 'image/gif', width: 40, height: 30, isMoving: false });
  expect(pictureHead(gif(2))?.isMoving).toBe(true);
  expect(pictureHead(png(4, 4, chunk('acTL', [0, 0, 0, 2])))?.isMoving).toBe(true);
  const moving = bytes('RIFF', big(0), 'WEBPVP8X', big(0), 0x02, [0, 0, 0], [39, 0, 0], [29, 0, 0]);
  expect(pictureHead(moving)).toEqual({ mime: 'image/webp', width: 40, height: 30, isMoving: true });
});

test('what is no picture, or breaks off, is none', () => {
  for (const odd of ['', 'BM', 'GIF8', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'RIFF....WEBP', '%PDF-1.7 ……'])
    expect(pictureHead(bytes(odd)), odd).toBeUndefined();
  expect(pictureHead(png(640, 480).subarray(0, 20))).toBeUndefined();
  expect(pictureHead(gif(2).subarray(0, 25))).toBeUndefined();
  expect(pictureHead(png(0, 480))).toBeUndefined();
});

test('client.md §4.2: a few bytes that would become gigabytes of pixels are a flood', () => {
  expect(isFlood(pictureHead(png(50_000, 50_000))!)).toBe(true);
  expect(isFlood(pictureHead(png(0xffffffff, 0xffffffff))!)).toBe(true);
  expect(isFlood({ width: 8_160, height: 6_144 })).toBe(false);
});
