import type { DlgId, FileId } from '@trialogue/protocol';

import { downloadFile } from '../http/api.ts';

type Heard = (share: number) => void;

/** Bytes that are kept at the most. They lie outside of the program's heap. */
const MOST_BYTES = 48 * 1024 * 1024;

/** Files that were fetched or sent by this page, the least used first: what scrolls back into sight is there at once. */
const kept = new Map<FileId, { dlgId: DlgId; bytes: Blob }>();

interface Coming {
  bytes: Promise<Blob>;
  stop: AbortController;
  waiting: number;
  heard: Set<Heard>;
}
const coming = new Map<FileId, Coming>();

export function keepFile(dlgId: DlgId, fileId: FileId, bytes: Blob): void {
  kept.delete(fileId);
  kept.set(fileId, { dlgId, bytes });
  let sum = [...kept.values()].reduce((all, one) => all + one.bytes.size, 0);
  for (const [id, one] of kept) {
    if (sum <= MOST_BYTES || id === fileId) break;
    sum -= one.bytes.size;
    kept.delete(id);
  }
}

export function keptFile(fileId: FileId): Blob | undefined {
  const one = kept.get(fileId);
  if (!one) return undefined;
  kept.delete(fileId);
  kept.set(fileId, one);
  return one.bytes;
}

/** Something was taken back: nothing of that conversation is kept here, whatever it was. */
export function forgetFiles(dlgId: DlgId): void {
  for (const [fileId, one] of kept) if (one.dlgId === dlgId) kept.delete(fileId);
}

/**
 * A file of the conversation, fetched with our token and opened with its `key` where it has one, once for all who want it
 * at the same time.
 *
 * @throws {ApiRefused} when the server says no; an AskFailed when no answer came, or when all have given up waiting
 */
export async function fetchFile(
  dlgId: DlgId,
  fileId: FileId,
  { signal, heard, key }: { signal?: AbortSignal; heard?: Heard; key?: string | undefined } = {},
): Promise<Blob> {
  const there = keptFile(fileId);
  if (there) return there;
  const one = coming.get(fileId) ?? begin(dlgId, fileId, key, heard !== undefined);
  one.waiting += 1;
  if (heard) one.heard.add(heard);
  const leave = () => {
    one.waiting -= 1;
    if (one.waiting > 0) return;
    // Whoever asks from now on begins anew.
    if (coming.get(fileId) === one) coming.delete(fileId);
    one.stop.abort();
  };
  signal?.addEventListener('abort', leave);
  try {
    return await one.bytes;
  } finally {
    signal?.removeEventListener('abort', leave);
    if (heard) one.heard.delete(heard);
  }
}

function begin(dlgId: DlgId, fileId: FileId, key: string | undefined, isHeard: boolean): Coming {
  const stop = new AbortController();
  const heard = new Set<Heard>();
  const tell = (share: number) => heard.forEach((each) => each(share));
  const one: Coming = {
    bytes: opened(downloadFile(dlgId, fileId, stop.signal, isHeard ? tell : undefined), dlgId, key),
    stop,
    waiting: 0,
    heard,
  };
  coming.set(fileId, one);
  const done = () => {
    if (coming.get(fileId) === one) coming.delete(fileId);
  };
  one.bytes.then((bytes) => {
    done();
    if (!stop.signal.aborted) keepFile(dlgId, fileId, bytes);
  }, done);
  return one;
}

/** Nothing of a sealed file is given out before all of it was found to be as its sender sealed it. */
async function opened(coming: Promise<Blob>, dlgId: DlgId, key: string | undefined): Promise<Blob> {
  if (key === undefined) return coming;
  const [bytes, { openBlob }] = await Promise.all([coming, import('./sealedFiles.ts')]);
  return openBlob(bytes, key, dlgId);
}
