import type { Stream } from './ask.ts';

/** Types that a browser may be told: it shows them, and they cannot run. */
const harmless =
  /^(image\/(png|jpeg|gif|webp|avif|bmp)|audio\/[a-z0-9.+-]+|video\/[a-z0-9.+-]+|text\/plain|application\/pdf)$/;

/**
 * A file of somebody's, never shown as a page of ours: always saved, never guessed at, never scripted, never kept by
 * caches that are not the reader's own.
 */
export function asAttachment(file: {
  name: string;
  mime: string;
  size: number;
  bytes: AsyncIterable<Uint8Array>;
}): Stream {
  return {
    headers: {
      'content-type': harmless.test(file.mime) ? file.mime : 'application/octet-stream',
      'content-length': String(file.size),
      'content-disposition': `attachment; filename="${plain(file.name)}"; filename*=UTF-8''${percent(file.name)}`,
      'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
      'cache-control': 'private, no-store',
    },
    bytes: file.bytes,
  };
}

/** For readers that know no `filename*`. */
const plain = (name: string) => name.replaceAll(/[^A-Za-z0-9 ._-]/g, '_');

/** RFC 8187. */
const percent = (name: string) =>
  encodeURIComponent(name.replaceAll(/\p{Cs}/gu, '_')).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16)}`,
  );
