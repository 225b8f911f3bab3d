import { id, Refused, type FileId } from '@trialogue/protocol';

import type { HalfFiles } from '../../chat/ports.ts';
import { isFileId, nameOf } from '../names.ts';
import type { S3Client } from './client.ts';
import { list, staleUploads, type Listed } from './listing.ts';
import { partsOf, type Held, type Part } from './parts.ts';
import { abortUpload } from './putObject.ts';

const FOLDER = 'halves/';
const NOTES_KEPT = 1_000;
/** Deleted at a time. */
const TOGETHER = 8;

/** One object of a half file: its bytes from a place on. */
interface Piece extends Listed {
  start: number;
}

/** How half files become whole ones. */
interface Ways {
  put(fileId: FileId, bytes: AsyncIterable<Uint8Array>): Promise<void>;
  read(fileId: FileId): AsyncIterable<Uint8Array>;
  /** Undefined when there is none. */
  sizeOf(fileId: FileId): Promise<number | undefined>;
}

/**
 * Half files as objects: a note, and what came, each piece under the place where it begins. Objects do not grow, so the
 * pieces are put together when all are there. Any node goes on where another one was: nothing of this is in one's memory.
 *
 *   halves/ID/note   halves/ID/000000000000   halves/ID/000002097664 …
 *
 * The pieces that count follow each other from the beginning without a hole. The first goes first and the note last, so that
 * after a crash there is something to go on from: without its first piece a file that was made whole is read where it lies.
 */
export function s3Halves(client: S3Client, held: Held, ways: Ways): HalfFiles {
  const folderOf = (fileId: FileId) => `${FOLDER}${nameOf(fileId)}/`;
  const noteOf = (fileId: FileId) => `${folderOf(fileId)}note`;
  const pieceOf = (fileId: FileId, start: number) => folderOf(fileId) + String(start).padStart(12, '0');
  /** Notes never change. Whether one is there still is asked each time. */
  const notes = new Map<FileId, string>();

  async function look(fileId: FileId) {
    const folder = folderOf(fileId);
    const all: Piece[] = [];
    let hasNote = false;
    for await (const one of list(client, folder)) {
      const name = one.key.slice(folder.length);
      if (name === 'note') hasNote = true;
      else if (/^\d{12}$/.test(name)) all.push({ ...one, start: Number(name) });
    }
    /** Those that count. */
    const pieces: Piece[] = [];
    let size = 0;
    for (const piece of all) {
      if (piece.start !== size) break;
      pieces.push(piece);
      size += piece.size;
    }
    return { hasNote, all, pieces, size };
  }

  async function noteFor(fileId: FileId): Promise<string> {
    const known = notes.get(fileId);
    if (known !== undefined) return known;
    const { text } = await client.ask({ method: 'GET', key: noteOf(fileId) });
    if (notes.size >= NOTES_KEPT) notes.clear();
    notes.set(fileId, text);
    return text;
  }

  const remove = (key: string) => client.ask({ method: 'DELETE', key, also: [404] });

  async function removePieces([first, ...others]: readonly Listed[]): Promise<void> {
    if (first) await remove(first.key);
    for (let at = 0; at < others.length; at += TOGETHER) {
      await Promise.all(others.slice(at, at + TOGETHER).map(({ key }) => remove(key)));
    }
  }

  async function letGo(fileId: FileId): Promise<void> {
    const { all } = await look(fileId);
    await removePieces(all);
    await remove(noteOf(fileId));
    notes.delete(fileId);
  }

  /**
   * Two nodes may be asked to go on with the same file. Whoever comes second is refused, unless it brings the same bytes:
   * then it was the same one, who did not hear the first answer.
   */
  async function putPiece(fileId: FileId, start: number, { bytes: body, hash }: Part): Promise<void> {
    const key = pieceOf(fileId, start);
    const headers = { 'if-none-match': '*', 'x-amz-meta-sha256': hash };
    const { status } = await client.ask({ method: 'PUT', key, headers, body, hash, also: [409, 412] });
    if (status !== 409 && status !== 412) return;
    const there = await client.ask({ method: 'HEAD', key, also: [404] });
    if (there.headers.get('x-amz-meta-sha256') === hash) return;
    throw new Refused('request.malformed', 'The file goes on over another request.');
  }

  async function* bytesOf(pieces: readonly Piece[]): AsyncIterable<Uint8Array> {
    for (const { key } of pieces) yield* client.read(key);
  }

  /** What lies behind a place goes, the last first: what is left has no hole at any time. */
  async function cutAt(at: number, pieces: readonly Piece[]): Promise<void> {
    for (const { start, key } of [...pieces].reverse()) if (start >= at) await remove(key);
    const last = pieces.findLast(({ start }) => start < at);
    if (!last || last.start + last.size <= at) return;
    for await (const { bytes, hash } of partsOf(client.read(last.key, at - last.start), held)) {
      await client.ask({ method: 'PUT', key: last.key, body: bytes, hash });
    }
  }

  return {
    letGo,
    async begin(fileId, note) {
      await client.ask({ method: 'PUT', key: noteOf(fileId), body: Buffer.from(note) });
    },
    async find(fileId) {
      // Anybody may ask for anything; what cannot be a name of ours is not there.
      if (!isFileId(fileId)) return undefined;
      const { hasNote, size } = await look(fileId);
      if (!hasNote) return undefined;
      return { note: await noteFor(fileId), size: size > 0 ? size : ((await ways.sizeOf(fileId)) ?? 0) };
    },
    async append(fileId, at, bytes) {
      const { hasNote, all } = await look(fileId);
      if (!hasNote) throw new Error(`There is no half file ${fileId}.`);
      await cutAt(at, all);
      const came = { bytes, broke: undefined as { why: unknown } | undefined };
      let place = at;
      for await (const part of partsOf(untilItBreaks(came), held)) {
        if (part.bytes.length > 0) await putPiece(fileId, place, part);
        place += part.bytes.length;
      }
      if (came.broke) throw came.broke.why;
    },
    async *read(fileId) {
      const { pieces, size } = await look(fileId);
      yield* size > 0 ? bytesOf(pieces) : ways.read(fileId);
    },
    async makeWhole(fileId) {
      const { all, pieces, size } = await look(fileId);
      if (size > 0 || (await ways.sizeOf(fileId)) === undefined) await ways.put(fileId, bytesOf(pieces));
      await removePieces(all);
    },
    async tidy(before) {
      const touched = new Map<FileId, number>();
      for await (const { key, at } of list(client, FOLDER)) {
        const fileId = id<FileId>(key.slice(FOLDER.length).split('/', 1)[0] ?? '');
        touched.set(fileId, Math.max(touched.get(fileId) ?? 0, at));
      }
      for (const [fileId, at] of touched) if (at < before && isFileId(fileId)) await letGo(fileId);
      for (const { key, uploadId } of await staleUploads(client, before)) await abortUpload(client, key, uploadId);
    },
  };
}

/** What came before a line broke is kept, and then it is said. */
async function* untilItBreaks(came: {
  bytes: AsyncIterable<Uint8Array>;
  broke: { why: unknown } | undefined;
}): AsyncIterable<Uint8Array> {
  try {
    yield* came.bytes;
  } catch (why) {
    came.broke = { why };
  }
}
