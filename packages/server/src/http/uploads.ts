import { Readable } from 'node:stream';

import multipart from '@fastify/multipart';
import { Refused } from '@trialogue/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { shownName } from '../files/kind.ts';

/** One file on its way in. Reading its bytes fails when it is too large, or when the sender goes away midway. */
export interface Upload {
  name: string;
  /** As its sender calls it. */
  mime: string;
  bytes: AsyncIterable<Uint8Array>;
}

const OCTETS = 'application/octet-stream';

export const takeUploads = async (app: FastifyInstance, fileBytes: number): Promise<void> => {
  // A piece of a file is read by whoever keeps it, and by nobody else: `readPiece`.
  app.addContentTypeParser(OCTETS, (_, bytes, done) => done(null, bytes));
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
  return { name: shownName(part.filename), mime: part.mimetype, bytes: whole(part.file) };
}

/** The bytes of one piece. @throws {Refused} request.unsupported_media */
export function readPiece(request: FastifyRequest): AsyncIterable<Uint8Array> {
  if (!(request.body instanceof Readable)) throw new Refused('request.unsupported_media', `${OCTETS} is expected.`);
  return request.body;
}

async function* whole(file: AsyncIterable<Uint8Array> & { truncated: boolean }): AsyncGenerator<Uint8Array> {
  yield* file;
  if (file.truncated) throw new Refused('file.too_large');
}
