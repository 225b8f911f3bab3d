import { limits, type Limits } from './limits.ts';

/** What the first bytes of a picture say about it, before anything is made of it. */
export interface PictureHead {
  mime: string;
  /** As stored; a note inside may say that it lies on its side. */
  width: number;
  height: number;
  /** It has more than one frame. */
  isMoving: boolean;
}

export type PictureSize = Pick<PictureHead, 'width' | 'height'>;

/** A few bytes can say that they are a picture of billions of pixels: whoever draws it is out of memory. */
export const isFlood = (
  { width, height }: PictureSize,
  most: Pick<Limits, 'picturePixels' | 'pictureSidePixels'> = limits,
): boolean => width * height > most.picturePixels || Math.max(width, height) > most.pictureSidePixels;

/** Of what size a picture says it is; its first bytes are enough, even where {@link pictureHead} needs all of them. */
export function pictureSize(bytes: Uint8Array): PictureSize | undefined {
  const isGif = bytes.length >= 10 && [0x47, 0x49, 0x46, 0x38].every((byte, at) => bytes[at] === byte);
  if (!isGif) return pictureHead(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
}

/** Total: none where the bytes are no picture of a kind that browsers know, or break off too early. */
export function pictureHead(bytes: Uint8Array): PictureHead | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    for (const read of readers) {
      const head = read(view);
      if (head) return head.width > 0 && head.height > 0 ? head : undefined;
    }
  } catch {
    // It breaks off.
  }
  return undefined;
}

type Reader = (view: DataView) => PictureHead | undefined;

const word = (view: DataView, at: number, length = 4): string => {
  let said = '';
  for (let i = at; i < at + length; i++) said += String.fromCharCode(view.getUint8(i));
  return said;
};

const jpeg: Reader = (view) => {
  if (view.getUint16(0) !== 0xffd8) return undefined;
  for (let at = 2; ;) {
    const marker = view.getUint16(at);
    // Padding between segments.
    if (marker === 0xffff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (isFrame) {
      return { mime: 'image/jpeg', width: view.getUint16(at + 7), height: view.getUint16(at + 5), isMoving: false };
    }
    at += 2 + view.getUint16(at + 2);
  }
};

const png: Reader = (view) => {
  if (view.getUint32(0) !== 0x89504e47) return undefined;
  const head = { mime: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
  for (let at = 8; at + 8 <= view.byteLength; at += 12 + view.getUint32(at)) {
    const chunk = word(view, at + 4);
    if (chunk === 'acTL') return { ...head, isMoving: true };
    if (chunk === 'IDAT') break;
  }
  return { ...head, isMoving: false };
};

const gif: Reader = (view) => {
  if (word(view, 0) !== 'GIF8') return undefined;
  const frames = gifBlocks(new Uint8Array(view.buffer, view.byteOffset, view.byteLength)).filter(
    ({ kind }) => kind === 'frame',
  );
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  return { mime: 'image/gif', width, height, isMoving: frames.length > 1 };
};

const webp: Reader = (view) => {
  if (word(view, 0) !== 'RIFF' || word(view, 8) !== 'WEBP') return undefined;
  const mime = 'image/webp';
  switch (word(view, 12)) {
    case 'VP8X': {
      const side = (at: number) => 1 + (view.getUint16(at, true) | (view.getUint8(at + 2) << 16));
      return { mime, width: side(24), height: side(27), isMoving: (view.getUint8(20) & 0x02) !== 0 };
    }
    case 'VP8L': {
      const bits = view.getUint32(21, true);
      return { mime, width: 1 + (bits & 0x3fff), height: 1 + ((bits >> 14) & 0x3fff), isMoving: false };
    }
    case 'VP8 ': {
      const side = (at: number) => view.getUint16(at, true) & 0x3fff;
      return { mime, width: side(26), height: side(28), isMoving: false };
    }
  }
  return undefined;
};

/** AVIF, and what phones of one make take: HEIC. Both keep their size in `ispe`, one for each of the parts. */
const heif: Reader = (view) => {
  if (word(view, 4) !== 'ftyp') return undefined;
  const brands = word(view, 8, Math.min(view.getUint32(0), 64) - 8);
  const mime = /avi[fs]/.test(brands) ? 'image/avif' : /hei[cxsm]|hev[cx]|mif1|msf1/.test(brands) ? 'image/heic' : '';
  if (mime === '') return undefined;
  let [width, height] = [0, 0];
  for (let at = 8; at + 16 <= Math.min(view.byteLength, 16_384); at++) {
    if (view.getUint32(at) !== 0x69737065) continue;
    width = Math.max(width, view.getUint32(at + 8));
    height = Math.max(height, view.getUint32(at + 12));
  }
  return { mime, width, height, isMoving: /avis|hevc|msf1/.test(brands) };
};

const bmp: Reader = (view) =>
  word(view, 0, 2) === 'BM'
    ? {
        mime: 'image/bmp',
        width: Math.abs(view.getInt32(18, true)),
        height: Math.abs(view.getInt32(22, true)),
        isMoving: false,
      }
    : undefined;

const readers: readonly Reader[] = [jpeg, png, gif, webp, heif, bmp];

/** The parts of a GIF: `note` is what is not drawn and needs not be there. */
export interface GifBlock {
  kind: 'head' | 'frame' | 'control' | 'note' | 'end';
  from: number;
  to: number;
}

/** @throws {RangeError} when it breaks off */
export function gifBlocks(bytes: Uint8Array): GifBlock[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const table = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1));
  const afterChain = (from: number) => {
    let at = from;
    while (view.getUint8(at) > 0) at += 1 + view.getUint8(at);
    return at + 1;
  };
  const blocks: GifBlock[] = [{ kind: 'head', from: 0, to: 13 + table(view.getUint8(10)) }];
  for (;;) {
    const from = blocks.at(-1)!.to;
    const mark = view.getUint8(from);
    if (mark === 0x2c) {
      const to = afterChain(from + 11 + table(view.getUint8(from + 9)));
      blocks.push({ kind: 'frame', from, to });
    } else if (mark === 0x21) {
      const label = view.getUint8(from + 1);
      // How often it repeats is told by a note of one maker.
      const isLoop = label === 0xff && word(view, from + 3, 8) === 'NETSCAPE';
      blocks.push({ kind: label === 0xf9 || isLoop ? 'control' : 'note', from, to: afterChain(from + 2) });
    } else {
      blocks.push({ kind: 'end', from, to: from + 1 });
      return blocks;
    }
  }
}
