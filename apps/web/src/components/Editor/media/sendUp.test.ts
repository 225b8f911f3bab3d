import { id, limits, type FileId } from '@trialogue/protocol';
import { tea } from '@trialogue/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { AskFailed } from '../../../http/axios.ts';
import { ApiRefused } from '../../../http/refusal.ts';
import type * as uploads from '../../../http/uploads.ts';

type Told = { signal: AbortSignal; heard: (bytes: number) => void };
const api = vi.hoisted(() => ({
  uploadFile: vi.fn(),
  getLimits: vi.fn(),
  getFileRules: vi.fn(),
  beginUpload: vi.fn(),
  continueUpload: vi.fn(),
  getUpload: vi.fn(),
  cancelUpload: vi.fn(async () => null),
}));
vi.mock('../../../http/api.ts', () => ({ uploadFile: api.uploadFile }));
vi.mock('../../../http/uploads.ts', () => api satisfies { [Name in keyof typeof uploads]: unknown });
const { ONE_REQUEST_BYTES, sendUp } = await import('./sendUp.ts');

const MB = 1024 * 1024;
const PIECE = 2 * MB;
const lost = () => new AskFailed('ERR_NETWORK', { headers: {} });
const refused = (error: string) => new ApiRefused({ code: 1, data: null, msg: error, error, requestId: 'r' });
const fileOf = (bytes: number) => new Blob([new Uint8Array(bytes)], { type: 'video/mp4' });

/** A server that keeps as much as it was given; `fails` is asked before each piece. */
let kept: { uploadId: FileId; size: number; has: number } | undefined;
let nth = 0;
let fails: (offset: number) => Error | undefined;
const state = (uploadId: FileId) => {
  if (kept?.uploadId !== uploadId) throw refused('file.not_found');
  const { has, size } = kept;
  return { uploadId, offset: has, size, ...(has === size && { file: { fileId: uploadId, size } }) };
};
const sentFrom = () => api.continueUpload.mock.calls.map(([, , offset]) => (offset as number) / MB);

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
  kept = undefined;
  fails = () => undefined;
  api.getLimits.mockImplementation(async () => ({ ...limits, pieceBytes: PIECE }));
  api.getFileRules.mockImplementation(async () => ({ sealed: false }));
  api.uploadFile.mockImplementation(async () => ({ fileId: 'at-once' }));
  api.beginUpload.mockImplementation(async (_, { size }: { size: number }) => {
    kept = { uploadId: id<FileId>(`upload-${++nth}`), size, has: 0 };
    return state(kept.uploadId);
  });
  api.continueUpload.mockImplementation(async (_, uploadId: FileId, offset: number, bytes: Blob, { heard }: Told) => {
    const now = state(uploadId);
    const error = fails(offset);
    if (error) throw error;
    heard(bytes.size / 2);
    if (offset === now.offset) kept!.has += bytes.size;
    return state(uploadId);
  });
  api.getUpload.mockImplementation(async (_, uploadId: FileId) => state(uploadId));
});
afterEach(() => void vi.useRealTimers());

/** Lets all pauses pass. */
async function settled<T>(work: Promise<T>): Promise<T> {
  work.catch(() => undefined);
  for (let turn = 0; turn < 40; turn++) await vi.advanceTimersByTimeAsync(3_000);
  return work;
}

describe('client.md §4.2, file/video: chunked + resumable > 5 MB', () => {
  test('up to 5 MB it is one request; one byte more, and it goes in pieces', async () => {
    for (const size of [ONE_REQUEST_BYTES - 1, ONE_REQUEST_BYTES]) {
      expect(await sendUp(tea, fileOf(size), 'a')).toEqual({ fileId: 'at-once' });
    }
    expect(api.beginUpload).not.toHaveBeenCalled();
    expect(await sendUp(tea, fileOf(ONE_REQUEST_BYTES + 1), 'a')).toEqual({ fileId: kept?.uploadId });
    expect(sentFrom()).toEqual([0, 2, 4]);
    expect(api.beginUpload.mock.calls[0]?.[1]).toEqual({ name: 'a', mime: 'video/mp4', size: 5 * MB + 1 });
  });

  test('how far it is, is told by bytes', async () => {
    const heard: number[] = [];
    await sendUp(tea, fileOf(8 * MB), 'a', { heard: (share) => heard.push(share) });
    expect(heard).toEqual([0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875]);
  });

  test('it goes on by itself from where the server has it, when the line was lost', async () => {
    let left = 3;
    fails = (offset) => {
      if (offset !== 4 * MB || left-- <= 0) return undefined;
      // Half of the piece had arrived.
      if (left === 2) kept!.has += MB;
      return lost();
    };
    // Nor does it come back at once.
    api.getUpload.mockRejectedValueOnce(lost());
    const waits: boolean[] = [];
    const whileWaiting: number[] = [];
    const heard = (share: number, isWaiting = false) => {
      waits.push(isWaiting);
      if (isWaiting) whileWaiting.push(share);
    };
    const work = sendUp(tea, fileOf(8 * MB), 'a', { heard });
    expect(await settled(work)).toEqual({ fileId: kept?.uploadId });
    expect(sentFrom()).toEqual([0, 2, 4, 5, 7]);
    expect(api.beginUpload).toHaveBeenCalledTimes(1);
    expect(whileWaiting).toEqual([0.5, 0.5]);
    expect(waits.at(-1)).toBe(false);
  });

  test('it goes on at once when the browser is online again', async () => {
    fails = (offset) => (offset === 2 * MB && sentFrom().length < 3 ? lost() : undefined);
    const work = sendUp(tea, fileOf(6 * MB), 'a');
    await vi.advanceTimersByTimeAsync(0);
    expect(sentFrom()).toEqual([0, 2]);
    dispatchEvent(new Event('online'));
    await vi.advanceTimersByTimeAsync(0);
    expect(sentFrom().slice(0, 3)).toEqual([0, 2, 2]);
    await settled(work);
  });

  test('a line that hangs is given up, and the piece sent again', async () => {
    api.continueUpload.mockImplementationOnce(
      (_, __, ___, ____, { signal }: Told) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new AskFailed('ERR_CANCELED', { headers: {} }))),
        ),
    );
    expect(await settled(sendUp(tea, fileOf(6 * MB), 'a'))).toEqual({ fileId: kept?.uploadId });
    expect(sentFrom()).toEqual([0, 0, 2, 4]);
  });

  test('when its pieces do not come through it fails, and a second try goes on where the first one stopped', async () => {
    const film = fileOf(6 * MB);
    fails = (offset) => (offset >= 2 * MB ? lost() : undefined);
    await expect(settled(sendUp(tea, film.slice(), 'a', { of: film }))).rejects.toThrow(AskFailed);
    fails = () => undefined;
    api.continueUpload.mockClear();
    await settled(sendUp(tea, film.slice(), 'a', { of: film }));
    expect(sentFrom()).toEqual([2, 4]);
    expect(api.beginUpload).toHaveBeenCalledTimes(1);
  });

  test('a half file that the server has no longer begins anew', async () => {
    let isForgotten = false;
    fails = (offset) => {
      if (offset !== 2 * MB || isForgotten) return undefined;
      isForgotten = true;
      kept = undefined;
      return refused('file.not_found');
    };
    expect(await settled(sendUp(tea, fileOf(6 * MB), 'a'))).toEqual({ fileId: kept?.uploadId });
    expect(sentFrom()).toEqual([0, 2, 0, 2, 4]);
  });

  test('and not for ever: a server that forgets each time is told so', async () => {
    fails = (offset) => (offset > 0 ? refused('file.not_found') : undefined);
    await expect(settled(sendUp(tea, fileOf(6 * MB), 'a'))).rejects.toMatchObject({ error: 'file.not_found' });
    expect(api.beginUpload).toHaveBeenCalledTimes(3);
  });

  test('a server that goes away and comes back is waited for; a no is a no', async () => {
    let left = 1;
    fails = () => (left-- > 0 ? refused('server.draining') : undefined);
    expect(await settled(sendUp(tea, fileOf(6 * MB), 'a'))).toEqual({ fileId: kept?.uploadId });
    for (const error of ['rate.limited', 'file.too_large', 'conversation.not_member']) {
      fails = () => refused(error);
      api.continueUpload.mockClear();
      await expect(settled(sendUp(tea, fileOf(6 * MB), 'a'))).rejects.toMatchObject({ error });
      expect(api.continueUpload).toHaveBeenCalledTimes(1);
    }
  });

  test('a server that takes nothing is not asked for ever', async () => {
    api.continueUpload.mockImplementation(async (_, uploadId: FileId) => state(uploadId));
    await expect(settled(sendUp(tea, fileOf(6 * MB), 'a'))).rejects.toThrow();
    expect(api.continueUpload.mock.calls.length).toBeLessThan(30);
  });

  test('whoever gives it up has nothing left at the server', async () => {
    const stop = new AbortController();
    fails = (offset) => {
      if (offset < 2 * MB) return undefined;
      stop.abort();
      return new AskFailed('ERR_CANCELED', { headers: {} });
    };
    const { uploadId } = { uploadId: `upload-${nth + 1}` };
    await expect(settled(sendUp(tea, fileOf(6 * MB), 'a', { signal: stop.signal }))).rejects.toThrow();
    expect(api.cancelUpload).toHaveBeenCalledExactlyOnceWith(tea, uploadId);
    expect(sentFrom()).toEqual([0, 2]);
  });
});

describe('issue 6, attachments that the app wants sealed by who sends them', () => {
  const text = (words: string) => new Blob([words], { type: 'text/plain' });
  /** As after a reload: nothing of what the app wants is known. */
  const afresh = async () => {
    vi.resetModules();
    return (await import('./sendUp.ts')).sendUp;
  };
  beforeEach(() => {
    vi.useRealTimers();
    api.getFileRules.mockImplementation(async () => ({ sealed: true }));
  });

  test('go up as bytes that say nothing, under no name of theirs, and open with the key in the message only', async () => {
    const sendSealed = await afresh();
    const { fileId, key } = await sendSealed(tea, text('the canary sings'), 'canary.txt');
    expect(fileId).toBe('at-once');
    const [, bytes, name] = api.uploadFile.mock.calls[0] as [unknown, Blob, string];
    expect([name, bytes.type]).toEqual(['sealed', '']);
    expect(await bytes.text()).not.toContain('canary');
    const { openBlob } = await import('../../../lib/sealedFiles.ts');
    expect(await (await openBlob(bytes, key!, tea)).text()).toBe('the canary sings');
    await expect(openBlob(bytes, key!, id<typeof tea>('cake'))).rejects.toMatchObject({ code: 'E_TAMPERED' });
    const other = await sendSealed(tea, text('the canary sings'), 'canary.txt');
    expect(other.key).not.toBe(key);
  });

  test('are sealed once: a second try sends the same bytes, and so can go on', async () => {
    const sendSealed = await afresh();
    const film = fileOf(6 * MB);
    // The pieces themselves, for what is sent is what counts.
    const sent: Blob[] = [];
    fails = (offset) => (offset === 2 * MB ? refused('rate.limited') : undefined);
    api.continueUpload.mockImplementation(async (_, uploadId: FileId, offset: number, bytes: Blob) => {
      const error = fails(offset);
      if (error) throw error;
      sent.push(bytes);
      kept!.has += bytes.size;
      return state(uploadId);
    });
    await expect(sendSealed(tea, film, 'a')).rejects.toMatchObject({ error: 'rate.limited' });
    fails = () => undefined;
    const { key } = await sendSealed(tea, film, 'a');
    expect(api.beginUpload).toHaveBeenCalledTimes(1);
    const { openBlob } = await import('../../../lib/sealedFiles.ts');
    expect((await openBlob(new Blob(sent), key!, tea)).size).toBe(film.size);
  });

  test('are not sent at all while nobody knows whether they are to be sealed', async () => {
    const sendSealed = await afresh();
    api.getFileRules.mockRejectedValueOnce(lost());
    await expect(sendSealed(tea, text('a'), 'a')).rejects.toThrow(AskFailed);
    expect(api.uploadFile).not.toHaveBeenCalled();
    expect(await sendSealed(tea, text('a'), 'a')).toMatchObject({ key: expect.any(String) });
  });
});
