/** What a phone writes into a photograph: that it lies on its side, what took it, and where. */
export const notesOfCamera = ['Exif', 'Kamera 7', 'GPS '];

/** Writes it into a JPEG, as a phone does (Exif 2.3, big-endian). */
export function withPlace(jpeg: Buffer, orientation = 6): Buffer {
  const make = Buffer.from('Kamera 7\0');
  const note = Buffer.from('GPS 31.23N 121.47E\0');
  const entry = (tag: number, type: number, count: number, value: Buffer | number) => {
    const bytes = Buffer.alloc(12);
    bytes.writeUInt16BE(tag, 0);
    bytes.writeUInt16BE(type, 2);
    bytes.writeUInt32BE(count, 4);
    if (typeof value === 'number') bytes.writeUInt32BE(value, 8);
    else value.copy(bytes, 8);
    return bytes;
  };
  const short = (value: number) => Buffer.from([value >> 8, value & 0xff, 0, 0]);
  const [ASCII, SHORT, LONG, RATIONAL] = [2, 3, 4, 5];
  const rationals = (...values: number[]) => {
    const bytes = Buffer.alloc(values.length * 8);
    values.forEach((value, at) => {
      bytes.writeUInt32BE(value, at * 8);
      bytes.writeUInt32BE(1, at * 8 + 4);
    });
    return bytes;
  };
  const firstAt = 8;
  const firstSize = 2 + 4 * 12 + 4;
  const makeAt = firstAt + firstSize;
  const noteAt = makeAt + make.length;
  const gpsAt = noteAt + note.length;
  const latitudeAt = gpsAt + 2 + 4 * 12 + 4;
  const count = (n: number) => Buffer.from([0, n]);
  const end = Buffer.alloc(4);
  const tiff = Buffer.concat([
    Buffer.from('MM\0*\0\0\0\x08', 'latin1'),
    count(4),
    entry(0x010e, ASCII, note.length, noteAt),
    entry(0x010f, ASCII, make.length, makeAt),
    entry(0x0112, SHORT, 1, short(orientation)),
    entry(0x8825, LONG, 1, gpsAt),
    end,
    make,
    note,
    count(4),
    entry(1, ASCII, 2, Buffer.from('N\0\0\0')),
    entry(2, RATIONAL, 3, latitudeAt),
    entry(3, ASCII, 2, Buffer.from('E\0\0\0')),
    entry(4, RATIONAL, 3, latitudeAt + 24),
    end,
    rationals(31, 13, 48),
    rationals(121, 28, 12),
  ]);
  const body = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]);
  const head = Buffer.from([0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 0xff]);
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)]);
}
