import { ada, bo, mal, tea } from '@trialogue/testkit';
import { beforeEach, describe, expect, test } from 'vitest';

import { CHUNK_BYTES } from '../files/sealed.ts';
import { as } from '../storage/storesUnderTest.ts';
import { openShop, type Shop } from './shopUnderTest.ts';

const KB64 = CHUNK_BYTES;

let at: Shop;
beforeEach(async () => void (at = await openShop({ limits: { pieceBytes: 4 * KB64 } })));

/** A film, as its sender calls it: no byte of it is like the one before. */
const filmOf = (size: number) => Buffer.from(Uint8Array.from({ length: size }, (_, n) => (n * 31 + (n >> 8)) % 251));
const about = (size: number) => ({ name: '茶.mp4', mime: 'text/tea', size });

async function* stream(bytes: Uint8Array, part = 10_000): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += part) yield bytes.subarray(at, at + part);
}

/** The line is lost after these bytes. */
async function* breaking(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield* stream(bytes);
  throw new Error('the line is lost');
}

async function read(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts = [];
  for await (const part of bytes) parts.push(part);
  return Buffer.concat(parts);
}

const begin = async (size: number) => (await at.chat.uploads.begin(as(ada), tea, about(size))).uploadId;
type Id = Awaited<ReturnType<typeof begin>>;
const goOn = (uploadId: Id, offset: number, bytes: AsyncIterable<Uint8Array>, person = ada) =>
  at.chat.uploads.goOn(as(person), tea, uploadId, offset, bytes);
const find = (uploadId: Id, person = ada) => at.chat.uploads.find(as(person), tea, uploadId);
const notFound = { refusal: 'file.not_found' };

/** Sends all of it in pieces, as a client does. */
async function sendAll(film: Buffer, piece = 4 * KB64) {
  const uploadId = await begin(film.length);
  for (let offset = 0; ;) {
    const now = await goOn(uploadId, offset, stream(film.subarray(offset, offset + piece)));
    if (now.file) return now.file;
    offset = now.offset;
  }
}

describe('client.md §4.2: a file that comes in pieces', () => {
  test.for([1, KB64 - 1, KB64, KB64 + 1, 4 * KB64, 9 * KB64 + 7])('of %d bytes is the same file', async (size) => {
    const film = filmOf(size);
    const file = await sendAll(film);
    expect(file).toEqual({ fileId: expect.any(String), size, name: '茶.mp4', mime: 'text/tea' });
    const { bytes, ...found } = await at.chat.openFile(as(bo), tea, file.fileId);
    expect(found).toEqual({ name: '茶.mp4', mime: 'text/tea', size });
    expect((await read(bytes)).equals(film)).toBe(true);
    // It is told again when the last answer was lost.
    expect(await find(file.fileId)).toEqual({ uploadId: file.fileId, offset: size, size, file });
    expect(await goOn(file.fileId, size, stream(film))).toMatchObject({ file });
  });

  test('goes on where the line was lost: what has come in whole chunks need not come again', async () => {
    const film = filmOf(6 * KB64);
    const uploadId = await begin(film.length);
    await expect(goOn(uploadId, 0, breaking(film.subarray(0, 2 * KB64 + 5_000)))).rejects.toThrow('line');
    expect(await find(uploadId)).toEqual({ uploadId, offset: 2 * KB64, size: film.length });
    await goOn(uploadId, 2 * KB64, stream(film.subarray(2 * KB64, 5 * KB64)));
    const { file } = await goOn(uploadId, 5 * KB64, stream(film.subarray(5 * KB64)));
    expect((await read((await at.chat.openFile(as(bo), tea, file!.fileId)).bytes)).equals(film)).toBe(true);
  });

  test('what fills no chunk is not sealed before the rest of it is there: no nonce is used for two things', async () => {
    const film = filmOf(3 * KB64);
    const uploadId = await begin(film.length);
    expect(await goOn(uploadId, 0, stream(film.subarray(0, KB64 + 5)))).toMatchObject({ offset: KB64 });
    expect(await at.files.halves.find(uploadId)).toMatchObject({ size: KB64 + 16 });
    const { file } = await goOn(uploadId, KB64, stream(film.subarray(KB64)));
    expect((await read((await at.chat.openFile(as(ada), tea, file!.fileId)).bytes)).equals(film)).toBe(true);
  });

  test('a piece for another place is not taken, and the answer says where the file ends', async () => {
    const film = filmOf(3 * KB64);
    const uploadId = await begin(film.length);
    await goOn(uploadId, 0, stream(film.subarray(0, KB64)));
    for (const offset of [0, 1, 2 * KB64, 3 * KB64, 2 ** 52]) {
      expect(await goOn(uploadId, offset, stream(filmOf(KB64).fill(7)))).toEqual({
        uploadId,
        offset: KB64,
        size: film.length,
      });
    }
    const { file } = await goOn(uploadId, KB64, stream(film.subarray(KB64)));
    expect((await read((await at.chat.openFile(as(ada), tea, file!.fileId)).bytes)).equals(film)).toBe(true);
  });

  test('a line that hangs is not waited for: whoever goes on takes its place', async () => {
    const film = filmOf(3 * KB64);
    const uploadId = await begin(film.length);
    let isHanging = () => {};
    const hanging = new Promise<void>((resolve) => (isHanging = resolve));
    async function* dead() {
      yield film.subarray(0, KB64);
      isHanging();
      await new Promise(() => {});
    }
    const stuck = goOn(uploadId, 0, dead());
    await hanging;
    const { offset } = await find(uploadId);
    expect(offset).toBe(KB64);
    const [lost, went] = await Promise.allSettled([stuck, goOn(uploadId, KB64, stream(film.subarray(KB64)))]);
    expect(lost.status).toBe('rejected');
    expect(went).toMatchObject({ value: { file: { size: film.length } } });
  });

  test('of two who go on at once one is taken, and the file is whole', async () => {
    const film = filmOf(8 * KB64);
    const uploadId = await begin(film.length);
    const send = (offset: number) => goOn(uploadId, offset, stream(film.subarray(offset, offset + 4 * KB64)));
    await Promise.allSettled([send(0), send(0), send(0)]);
    for (let { offset, file } = await find(uploadId); !file; { offset, file } = await send(offset));
    expect((await read((await at.chat.openFile(as(bo), tea, uploadId)).bytes)).equals(film)).toBe(true);
  });

  test('is nowhere before it is whole, and lies in the clear nowhere (I37)', async () => {
    const uploadId = await begin(3 * KB64);
    const canary = Buffer.alloc(2 * KB64, 'the canary sings ');
    await goOn(uploadId, 0, stream(canary));
    await expect(at.chat.openFile(as(ada), tea, uploadId)).rejects.toMatchObject(notFound);
    expect((await read(at.files.halves.read(uploadId))).includes('canary')).toBe(false);
    expect((await at.files.halves.find(uploadId))?.note).not.toMatch(/茶|text/);
  });

  test('may have as many bytes as the limit says and not one more, nor more than was said', async () => {
    at = await openShop({ limits: { uploadBytes: 2 * KB64, pieceBytes: KB64 } });
    for (const size of [2 * KB64 - 1, 2 * KB64]) expect(await sendAll(filmOf(size), KB64)).toMatchObject({ size });
    await expect(begin(2 * KB64 + 1)).rejects.toMatchObject({ refusal: 'file.too_large' });
    const tooLarge = { refusal: 'request.too_large' };
    const uploadId = await begin(KB64 + 10);
    await expect(goOn(uploadId, 0, stream(filmOf(KB64 + 1)))).rejects.toMatchObject(tooLarge);
    const { offset } = await find(uploadId);
    await expect(goOn(uploadId, offset, stream(filmOf(11 + KB64 - offset)))).rejects.toMatchObject(tooLarge);
    for (const size of [KB64 - 1, KB64]) await goOn(await begin(2 * KB64), 0, stream(filmOf(size)));
  });

  test('that is given up is gone; one that is whole stays', async () => {
    const uploadId = await begin(2 * KB64);
    await goOn(uploadId, 0, stream(filmOf(KB64)));
    await at.chat.uploads.cancel(as(ada), tea, uploadId);
    await expect(find(uploadId)).rejects.toMatchObject(notFound);
    await expect(goOn(uploadId, KB64, stream(filmOf(KB64)))).rejects.toMatchObject(notFound);
    const { fileId } = await sendAll(filmOf(10));
    await at.chat.uploads.cancel(as(ada), tea, fileId);
    await expect(at.chat.openFile(as(bo), tea, fileId)).resolves.toBeDefined();
  });

  test('is counted as one file, and its bytes once; who has sent enough may go on later', async () => {
    at = await openShop({
      limits: {
        uploadsPerUserPerHour: 1,
        uploadBytesPerUserPerHour: 4 * KB64,
        pieceBytes: KB64,
        uploadBytes: 5 * KB64,
      },
    });
    const film = filmOf(5 * KB64);
    const uploadId = await begin(film.length);
    const send = (nth: number) => goOn(uploadId, nth * KB64, stream(film.subarray(nth * KB64, (nth + 1) * KB64)));
    for (const nth of [0, 1, 2, 3]) await send(nth);
    const tooMuch = { refusal: 'rate.limited', retryAfterMs: expect.any(Number) };
    await expect(begin(1)).rejects.toMatchObject(tooMuch);
    await expect(send(4)).rejects.toMatchObject(tooMuch);
    at.steady.ms += 60 * 60_000;
    expect(await send(4)).toMatchObject({ file: { size: film.length } });
  });

  test('T4: is its uploader’s: for other members and for strangers it is not there', async () => {
    const uploadId = await begin(2 * KB64);
    await goOn(uploadId, 0, stream(filmOf(KB64)));
    const notMember = { refusal: 'conversation.not_member' };
    await expect(at.chat.uploads.begin(as(mal), tea, about(1))).rejects.toMatchObject(notMember);
    for (const [person, refused] of [
      [bo, notFound],
      [mal, notMember],
    ] as const) {
      await expect(find(uploadId, person)).rejects.toMatchObject(refused);
      await expect(goOn(uploadId, KB64, stream(filmOf(KB64)), person)).rejects.toMatchObject(refused);
      await expect(at.chat.uploads.cancel(as(person), tea, uploadId)).rejects.toMatchObject(refused);
    }
    expect(await find(uploadId)).toMatchObject({ offset: KB64 });
    // Bo reads the file once it is there, and still it is not Bo’s upload.
    await goOn(uploadId, KB64, stream(filmOf(KB64)));
    await expect(find(uploadId, bo)).rejects.toMatchObject(notFound);
  });

  test.for([1, 2, 3])(
    'a server that is stopped at the last step (%d) finishes it when it is asked again',
    async (step) => {
      const film = filmOf(2 * KB64);
      const uploadId = await begin(film.length);
      const { makeWhole, letGo } = at.files.halves;
      const { putFile } = at.store;
      const stop = () => Promise.reject(new Error('stopped'));
      if (step === 1) at.files.halves.makeWhole = stop;
      if (step === 2) at.store.putFile = stop;
      if (step === 3) at.files.halves.letGo = stop;
      await expect(goOn(uploadId, 0, stream(film))).rejects.toThrow('stopped');
      Object.assign(at.files.halves, { makeWhole, letGo });
      at.store.putFile = putFile;
      expect(await find(uploadId)).toMatchObject({ offset: film.length, file: { fileId: uploadId } });
      expect(await at.files.halves.find(uploadId)).toBeUndefined();
      expect((await read((await at.chat.openFile(as(bo), tea, uploadId)).bytes)).equals(film)).toBe(true);
    },
  );
});

describe('T20: what hostile bytes are', () => {
  const png = (width: number, height: number) => {
    const head = Buffer.alloc(33);
    head.set([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13]);
    head.write('IHDR', 12);
    head.writeUInt32BE(width, 16);
    head.writeUInt32BE(height, 20);
    return Buffer.concat([head, Buffer.from('\0\0\0\0IDAT\0\0\0\0')]);
  };
  const gif = (width: number, height: number) => {
    const head = Buffer.from('GIF89a\0\0\0\0\0\0\0');
    head.writeUInt16LE(width, 6);
    head.writeUInt16LE(height, 8);
    return head;
  };
  const jpeg = (width: number, height: number, notes = 0) => {
    const frame = Buffer.from([0xff, 0xc0, 0, 11, 8, 0, 0, 0, 0, 1, 1, 0x11, 0, 0xff, 0xda]);
    frame.writeUInt16BE(height, 5);
    frame.writeUInt16BE(width, 7);
    const note = Buffer.concat([Buffer.from([0xff, 0xe1, 0xff, 0xff]), Buffer.alloc(65_533)]);
    return Buffer.concat([Buffer.from([0xff, 0xd8]), ...Array.from({ length: notes }, () => note), frame]);
  };
  const whole = (bytes: Buffer, mime: string) =>
    at.chat.keepFile(as(ada), tea, { name: 'x', mime, bytes: stream(bytes) });
  const inPieces = async (bytes: Buffer, mime: string) => {
    const { uploadId } = await at.chat.uploads.begin(as(ada), tea, { name: 'x', mime, size: bytes.length });
    const done = (async () => {
      for (let offset = 0; ;) {
        const now = await goOn(uploadId, offset, stream(bytes.subarray(offset, offset + 4 * KB64)));
        if (now.file) return now;
        offset = now.offset;
      }
    })();
    return { uploadId, done };
  };

  test.for<[string, Buffer]>([
    ['50,000 × 50,000 in a PNG', png(50_000, 50_000)],
    ['2³¹ × 1', png(2 ** 31, 1)],
    ['65,535 × 65,535 in a GIF of 13 bytes', gif(65_535, 65_535)],
    ['65,500 × 65,500 in a JPEG', jpeg(65_500, 65_500)],
    ['20,001 × 1', png(20_001, 1)],
    ['8,001 × 8,000', png(8_001, 8_000)],
  ])('a flood of pixels is refused by its first bytes, whatever it is called: %s', async ([, bytes]) => {
    for (const mime of ['image/png', 'text/plain', 'video/mp4', '']) {
      await expect(whole(bytes, mime)).rejects.toMatchObject({ refusal: 'file.too_large', detail: /pixels/ });
    }
    const { uploadId, done } = await inPieces(bytes, 'application/pdf');
    await expect(done).rejects.toMatchObject({ refusal: 'file.too_large' });
    await expect(find(uploadId)).rejects.toMatchObject(notFound);
  });

  test.for<[string, Buffer, string]>([
    ['20,000 × 1 is a picture', png(20_000, 1), 'image/png'],
    ['8,000 × 8,000 is a picture', png(8_000, 8_000), 'image/png'],
    ['a JPEG of a camera, its size behind 192 KiB of notes', jpeg(4_000, 3_000, 3), 'image/jpeg'],
    ['one that hides its size behind more is none', jpeg(65_500, 65_500, 5), 'application/octet-stream'],
    ['a head of a picture without the rest is none', png(1, 1).subarray(0, 12), 'application/octet-stream'],
    ['a page is no picture', Buffer.from('<!doctype html><script>1</script>'), 'application/octet-stream'],
    ['nor is a drawing with a program in it', Buffer.from('<svg onload="1"/>'), 'application/octet-stream'],
  ])('type by its bytes, in one request and in pieces: %s', async ([, bytes, mime]) => {
    expect(await whole(bytes, 'image/png')).toMatchObject({ mime });
    expect(await (await inPieces(bytes, 'image/png')).done).toMatchObject({ file: { mime } });
  });

  test.for([
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\windows\\win.ini', 'win.ini'],
    ['/', 'file'],
    ['..', '..'],
    ['a\0b\r\nc', 'abc'],
    ['invoice\u202Efdp.exe', 'invoicefdp.exe'],
    ['x'.repeat(1000), 'x'.repeat(255)],
    ['\uD800', 'file'],
    ['%2e%2e%2f', '%2e%2e%2f'],
  ])('a name is words to show and no path: %j', async ([given, shown]) => {
    const { uploadId } = await at.chat.uploads.begin(as(ada), tea, { name: given!, mime: 'a/b', size: 1 });
    expect(await goOn(uploadId, 0, stream(filmOf(1)))).toMatchObject({ file: { name: shown } });
  });
});
