import type { DlgId, FileId } from '@trialogue/protocol';

import { uploadFile } from '../../../http/api.ts';
import { ApiRefused, isNetworkFailure } from '../../../http/refusal.ts';
import { beginUpload, cancelUpload, continueUpload, getUpload } from '../../../http/uploads.ts';
import { sealBlob } from '../../../lib/sealedFiles.ts';
import { areSealed, limitsInForce } from './limitsInForce.ts';

export interface Ways {
  signal?: AbortSignal;
  /** How far it has come, 0–1; and whether it waits for a line to go on. */
  heard?: (share: number, isWaiting?: boolean) => void;
  /** What the bytes were made of: whoever sends that again goes on where it stopped. */
  of?: Blob;
}

/** More than this goes up in pieces: what was lost with the line is at most one of them. */
export const ONE_REQUEST_BYTES = 5 * 1024 * 1024;
/** Nothing has gone out for so long: the line is dead, and does not say so. */
const STALL_MS = 20_000;
const LONGEST_PAUSE_MS = 8_000;
/** So many times in a row without a byte more. */
const MOST_FAILURES = 8;

/** Of one file, where the server has lost the half of it. */
const MOST_BEGINNINGS = 3;

/** What is on its way, by what it was made of. */
interface Half {
  dlgId: DlgId;
  uploadId?: FileId;
  sealed?: Promise<{ sealed: Blob; key: string }>;
}
const halves = new WeakMap<Blob, Half>();

/** A file as the server has it. */
export interface Sent {
  fileId: FileId;
  /** What opens it, where it was sealed before it went up. */
  key?: string;
}

/**
 * Takes a file to the server, sealed where the app wants that, in one request or in pieces. One in pieces goes on by itself
 * when the line is back.
 *
 * @throws {ApiRefused} when the server says no; an AskFailed when no line came back for about a minute: calling it
 * again goes on where it stopped
 */
export async function sendUp(dlgId: DlgId, bytes: Blob, name: string, ways: Ways = {}): Promise<Sent> {
  const { of = bytes } = ways;
  if (halves.get(of)?.dlgId !== dlgId) halves.delete(of);
  const half: Half = halves.get(of) ?? { dlgId };
  halves.set(of, half);
  if (!(await areSealed())) return { fileId: await plainUp(half, bytes, name, ways) };
  // The same bytes on a second try: what is there of them already is of use.
  const { sealed, key } = await (half.sealed ??= sealBlob(bytes, dlgId));
  return { fileId: await plainUp(half, sealed, 'sealed', ways), key };
}

async function plainUp(half: Half, bytes: Blob, name: string, ways: Ways): Promise<FileId> {
  if (bytes.size > ONE_REQUEST_BYTES) return inPieces(half, bytes, name, ways);
  const { signal, heard } = ways;
  return (await uploadFile(half.dlgId, bytes, name, { ...(signal && { signal }), ...(heard && { heard }) })).fileId;
}

async function inPieces(
  half: Half,
  bytes: Blob,
  name: string,
  { signal = new AbortController().signal, heard = () => undefined }: Ways,
): Promise<FileId> {
  const { dlgId } = half;
  const { pieceBytes } = await limitsInForce();
  const { size } = bytes;
  let { uploadId } = half;
  let offset: number | undefined;
  let furthest = -1;
  let failures = 0;
  let beginnings = 0;
  const next = (at: number | undefined) => {
    if (uploadId === undefined) return beginUpload(dlgId, { name: name.slice(-255), mime: bytes.type, size });
    if (at === undefined) return getUpload(dlgId, uploadId);
    const told = (count: number) => heard(Math.min(1, (at + count) / size));
    return piece(dlgId, uploadId, at, bytes.slice(at, at + pieceBytes), signal, told);
  };
  try {
    for (;;) {
      signal.throwIfAborted();
      try {
        const answer = await next(offset);
        if (answer.file) {
          delete half.uploadId;
          return answer.file.fileId;
        }
        uploadId = answer.uploadId;
        half.uploadId = uploadId;
        if (answer.offset > furthest) failures = 0;
        else if (++failures > MOST_FAILURES) throw new Error('the server takes no more of this file');
        offset = answer.offset;
        furthest = Math.max(furthest, offset);
        heard(offset / size);
      } catch (error) {
        signal.throwIfAborted();
        if (uploadId !== undefined && isGone(error) && ++beginnings < MOST_BEGINNINGS) {
          // Nobody has gone on with it for too long: once more from the beginning.
          uploadId = undefined;
          furthest = -1;
          delete half.uploadId;
        } else if (!mayPass(error)) throw error;
        if (++failures > MOST_FAILURES) throw error;
        heard(Math.max(0, furthest) / size, true);
        await pause(Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures), signal);
        offset = undefined;
      }
    }
  } catch (error) {
    if (signal.aborted && uploadId !== undefined) {
      delete half.uploadId;
      void cancelUpload(dlgId, uploadId).catch(() => undefined);
    }
    throw error;
  }
}

const isGone = (error: unknown): boolean => error instanceof ApiRefused && error.error === 'file.not_found';

/** What may be over in a moment: no line, or a server that goes away and comes back. */
const mayPass = (error: unknown): boolean =>
  isNetworkFailure(error) || (error instanceof ApiRefused && /^(server|storage)\./.test(error.error));

/** One piece. One that hangs is given up as if its line were lost. */
async function piece(
  dlgId: DlgId,
  uploadId: FileId,
  offset: number,
  bytes: Blob,
  signal: AbortSignal,
  heard: (count: number) => void,
) {
  const stop = new AbortController();
  const giveUp = () => stop.abort();
  signal.addEventListener('abort', giveUp);
  let timer = setTimeout(giveUp, STALL_MS);
  try {
    return await continueUpload(dlgId, uploadId, offset, bytes, {
      signal: stop.signal,
      heard(count) {
        clearTimeout(timer);
        timer = setTimeout(giveUp, STALL_MS);
        heard(count);
      },
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}

/** Until the time is over, the browser is online again, or nobody wants it any more. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer);
      removeEventListener('online', over);
      signal.removeEventListener('abort', over);
      resolve();
    };
    const timer = setTimeout(over, ms);
    addEventListener('online', over);
    signal.addEventListener('abort', over);
  });
