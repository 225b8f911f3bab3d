import multipart from '@fastify/multipart';
import { Refused } from '@trialogue/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { fileTypeFromBuffer } from 'file-type';

/** One file on its way in. Reading its bytes fails when it is too large, or when the sender goes away midway. */
export interface Upload {
  name: string;
  mime: string;
  bytes: AsyncIterable<Uint8Array>;
}

const LONGEST_NAME = 255;
/** As much as tells one kind of file from another. */
const HEAD_BYTES = 4100;
const UNKNOWN = 'application/octet-stream';

export const takeUploads = async (app: FastifyInstance, fileBytes: number): Promise<void> => {
  await app.register(multipart, {
    // Beside the file a browser's form may send a few fields; nobody reads them. The byte too many is let through
    // for `keepFile` to see at once: at its own limit the parser would wait for the end of what it throws away.
    limits: { files: 1, fields: 4, parts: 5, fieldSize: 1024, headerPairs: 20, fileSize: fileBytes + 1 },
  });
};

/** @throws {Refused} request.unsupported_media, file.empty */
export async function readUpload(request: FastifyRequest): Promise<Upload> {
  if (!request.isMultipart()) {
    throw new Refused('request.unsupported_media', 'multipart/form-data with one file is expected.');
  }
  const part = await request.file();
  if (!part) throw new Refused('file.empty');
  const { head, bytes } = await peek(whole(part.file));
  const seen = await fileTypeFromBuffer(head).catch(() => undefined);
  return { name: nameOf(part.filename), mime: mimeOf(part.mimetype, seen?.mime), bytes };
}

async function* whole(file: AsyncIterable<Uint8Array> & { truncated: boolean }): AsyncGenerator<Uint8Array> {
  yield* file;
  if (file.truncated) throw new Refused('file.too_large');
}

/** A name to show and to save under: without folders, and without characters that turn text around or hide it. */
function nameOf(given: string | undefined): string {
  const last = (given ?? '').normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const shown = last.replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '').trim();
  return shown.slice(0, LONGEST_NAME) || 'file';
}

/** The first bytes, and all of them from the beginning. */
async function peek(file: AsyncGenerator<Uint8Array>): Promise<{ head: Uint8Array; bytes: AsyncIterable<Uint8Array> }> {
  const first: Uint8Array[] = [];
  let size = 0;
  while (size < HEAD_BYTES) {
    const { value, done } = await file.next();
    if (done) break;
    first.push(value);
    size += value.length;
  }
  return {
    head: Buffer.concat(first).subarray(0, HEAD_BYTES),
    bytes: (async function* again() {
      yield* first;
      yield* file;
    })(),
  };
}

/**
 * What the bytes are counts, not what the sender calls them. Sound and film share their containers, so of these two
 * the sender knows better; and what nobody recognises is no picture, sound or film.
 */
function mimeOf(declared: string, seen: string | undefined): string {
  const isPlayed = (mime: string) => /^(audio|video)\//.test(mime);
  if (!/^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(declared)) return seen ?? UNKNOWN;
  if (seen === undefined) return isPlayed(declared) || declared.startsWith('image/') ? UNKNOWN : declared;
  return isPlayed(declared) && isPlayed(seen) ? declared : seen;
}
