import { crc32, deflateSync } from 'node:zlib';

export interface Picture {
  width: number;
  height: number;
  /** RGBA, row by row. */
  pixels: number[];
  png: Buffer;
}

/** A small picture in which every pixel tells where it stands. */
export function drawPicture(width = 48, height = 32): Picture {
  const pixels: number[] = [];
  const lines: number[] = [];
  for (let y = 0; y < height; y++) {
    lines.push(0);
    for (let x = 0; x < width; x++) {
      const pixel = [(x * 5) % 256, (y * 7) % 256, (x * y) % 256, 255];
      pixels.push(...pixel);
      lines.push(...pixel);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const png = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(lines))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
  return { width, height, pixels, png };
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}
