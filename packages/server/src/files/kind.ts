import { Refused, type Limits } from '@trialogue/protocol';
import { isFlood, pictureSize } from '@trialogue/protocol/pictures';
import { fileTypeFromBuffer } from 'file-type';

/** As much as tells one kind of file from another, and how large a picture is. */
const HEAD_BYTES = 256 * 1024;
const UNKNOWN = 'application/octet-stream';
const LONGEST_NAME = 255;
/** Kinds that browsers draw. */
const drawn = /^image\/(png|apng|jpeg|gif|webp|avif|bmp|heic|heif)$/;

/**
 * What the bytes are counts, not what the sender calls them. Sound and film share their containers, so of these two
 * the sender knows better; and what nobody recognises is no picture, sound or film, nor is a picture that hides its size.
 *
 * @throws {Refused} file.too_large, for a picture that would take all memory of whoever looks at it
 */
export async function kindOf(
  declared: string,
  head: Uint8Array,
  limits: Pick<Limits, 'picturePixels' | 'pictureSidePixels'>,
): Promise<string> {
  const mime = pick(declared, (await fileTypeFromBuffer(head).catch(() => undefined))?.mime);
  if (!drawn.test(mime)) return mime;
  const size = pictureSize(head);
  if (!size) return UNKNOWN;
  if (!isFlood(size, limits)) return mime;
  const { picturePixels, pictureSidePixels } = limits;
  throw new Refused(
    'file.too_large',
    `The picture is ${size.width} × ${size.height} pixels. Expected: at most ${picturePixels} in all and ${pictureSidePixels} on a side.`,
  );
}

function pick(declared: string, seen: string | undefined): string {
  const isPlayed = (mime: string) => /^(audio|video)\//.test(mime);
  if (!/^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(declared)) return seen ?? UNKNOWN;
  if (seen === undefined) return isPlayed(declared) || declared.startsWith('image/') ? UNKNOWN : declared;
  return isPlayed(declared) && isPlayed(seen) ? declared : seen;
}

/** A name to show and to save under: without folders, and without characters that turn text around or hide it. */
export function shownName(given: string | undefined): string {
  const last = (given ?? '').normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const shown = last.replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '').trim();
  return shown.slice(0, LONGEST_NAME) || 'file';
}

/** The first bytes, and all of them from the beginning. */
export async function peek(
  bytes: AsyncIterable<Uint8Array>,
): Promise<{ head: Uint8Array; bytes: AsyncIterable<Uint8Array> }> {
  const reader = bytes[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let size = 0;
  while (size < HEAD_BYTES) {
    const { value, done } = await reader.next();
    if (done) break;
    first.push(value);
    size += value.length;
  }
  return {
    head: Buffer.concat(first).subarray(0, HEAD_BYTES),
    bytes: (async function* again() {
      yield* first;
      yield* { [Symbol.asyncIterator]: () => reader };
    })(),
  };
}
