import { Refused, type AppId, type DlgId, type FileId, type Limits, type UserId } from '@trialogue/protocol';
import type { ClientApi, DataOf } from '@trialogue/protocol/api';

import { kindOf, peek, shownName } from '../files/kind.ts';
import { FILE_KEY_BYTES, openFile, openMeta, plainBytes, sealedBytes, sealMeta, sealPiece } from '../files/sealed.ts';
import type { Uploads } from './chat.ts';
import { fileContext } from './keepFile.ts';
import type { Actor, ChatRates, Clock, FileStore, KeyWrap, Random, Store } from './ports.ts';
import { newId } from './sealing.ts';

type Progress = DataOf<ClientApi['getUpload']>;

/** What is noted beside a half file. */
interface Note {
  appId: AppId;
  dlgId: DlgId;
  uploaderId: UserId;
  size: number;
  /** Name and type as its sender says them, sealed under the file's key. */
  metaSealed: string;
  keyWrapped: string;
}

/**
 * Files that come in pieces, for lines that break.
 *
 *   begin ──► half ── goOn … ── the last byte ──► a file like any other
 *               │ cancel, or nobody goes on with it for a day
 *               ▼
 *             gone
 *
 * They are sealed piece by piece as they come, exactly as `keepFile` seals a whole one. What was sealed is never sealed
 * again with other bytes: a piece is taken only where the file ends.
 */
export function uploads(at: {
  store: Store;
  files: FileStore;
  keys: KeyWrap;
  clock: Clock;
  random: Random;
  limits: Limits;
  rates: ChatRates;
}): Uploads {
  const { halves } = at.files;
  /** Who adds to a file right now. The newest does: on the line of the one before nothing may come any more. */
  const adding = new Map<FileId, { stop: AbortController; done: Promise<unknown> }>();

  async function inTurn<T>(uploadId: FileId, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const stop = new AbortController();
    const before = adding.get(uploadId)?.done;
    const done = Promise.resolve(before?.catch(() => undefined)).then(() => work(stop.signal));
    const mine = { stop, done };
    adding.set(uploadId, mine);
    try {
      return await done;
    } finally {
      if (adding.get(uploadId) === mine) adding.delete(uploadId);
    }
  }

  /** @throws {Refused} conversation.not_member */
  async function halfOf(actor: Actor, dlgId: DlgId, uploadId: FileId) {
    await at.store.enterConversation(actor, dlgId);
    const half = await halves.find(uploadId);
    const note = half && (JSON.parse(half.note) as Note);
    if (!note || note.appId !== actor.appId || note.dlgId !== dlgId || note.uploaderId !== actor.userId) {
      return undefined;
    }
    return { note, offset: plainBytes(half.size, note.size) };
  }

  const keyOf = (uploadId: FileId, { appId, dlgId, keyWrapped }: Note) =>
    at.keys.unwrap(keyWrapped, fileContext({ appId, dlgId }, uploadId));

  /** Of a file that is there: it may be asked about again when the last answer was lost. */
  async function wholeOf(actor: Actor, dlgId: DlgId, uploadId: FileId): Promise<Progress> {
    const { uploaderId, metaSealed, keyWrapped, size } = await at.store.findFile(actor, dlgId, uploadId);
    if (uploaderId !== actor.userId) throw new Refused('file.not_found');
    const key = at.keys.unwrap(keyWrapped, fileContext({ appId: actor.appId, dlgId }, uploadId));
    const meta = JSON.parse(openMeta(metaSealed, key, uploadId)) as { name: string; mime: string };
    key.fill(0);
    return { uploadId, offset: size, size, file: { fileId: uploadId, size, ...meta } };
  }

  /** Each step may have been done before, by a server that was stopped right after it. */
  async function finish(actor: Actor, uploadId: FileId, note: Note): Promise<Progress> {
    const { dlgId, size, keyWrapped } = note;
    const key = keyOf(uploadId, note);
    try {
      const declared = JSON.parse(openMeta(note.metaSealed, key, uploadId)) as { name: string; mime: string };
      const { head } = await peek(openFile(halves.read(uploadId), key, uploadId, size));
      const meta = { name: declared.name, mime: await kindOf(declared.mime, head, at.limits) };
      await halves.makeWhole(uploadId);
      const isThere = await at.store.findFile(actor, dlgId, uploadId).then(
        () => true,
        () => false,
      );
      if (!isThere) {
        await at.store.putFile(actor, dlgId, {
          fileId: uploadId,
          metaSealed: sealMeta(JSON.stringify(meta), key, uploadId),
          keyWrapped,
          size,
          uploaderId: actor.userId,
          createdAt: at.clock.now(),
        });
      }
      await halves.letGo(uploadId);
      return { uploadId, offset: size, size, file: { fileId: uploadId, size, ...meta } };
    } catch (error) {
      // Refused is refused: nothing of it stays, and nobody goes on with it.
      if (error instanceof Refused && error.retry === 'never') {
        await halves.letGo(uploadId);
        await at.files.remove(uploadId);
      }
      throw error;
    } finally {
      key.fill(0);
    }
  }

  async function add(
    actor: Actor,
    dlgId: DlgId,
    uploadId: FileId,
    offset: number,
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<Progress> {
    const half = await halfOf(actor, dlgId, uploadId);
    if (!half) return wholeOf(actor, dlgId, uploadId);
    const { note } = half;
    if (offset === half.offset && offset < note.size) {
      const key = keyOf(uploadId, note);
      try {
        const most = Math.min(at.limits.pieceBytes, note.size - offset);
        const piece = sealPiece(
          counted(bytes, most, (count) => at.rates.uploaded(actor, count)),
          key,
          uploadId,
          {
            offset,
            size: note.size,
          },
        );
        await halves.append(uploadId, sealedBytes(offset), piece);
      } finally {
        key.fill(0);
      }
    }
    const now = await halfOf(actor, dlgId, uploadId);
    if (!now) throw new Refused('file.not_found');
    if (now.offset === note.size) return finish(actor, uploadId, note);
    return { uploadId, offset: now.offset, size: note.size };
  }

  return {
    async begin(actor, dlgId, { name, mime, size }) {
      await at.store.enterConversation(actor, dlgId);
      if (size > at.limits.uploadBytes) throw new Refused('file.too_large', `at most ${at.limits.uploadBytes} bytes`);
      at.rates.upload(actor);
      const uploadId = newId<FileId>(at.random);
      const key = at.random.bytes(FILE_KEY_BYTES);
      const { appId, userId: uploaderId } = actor;
      const note: Note = {
        appId,
        dlgId,
        uploaderId,
        size,
        metaSealed: sealMeta(JSON.stringify({ name: shownName(name), mime }), key, uploadId),
        keyWrapped: at.keys.wrap(key, fileContext({ appId, dlgId }, uploadId)),
      };
      key.fill(0);
      await halves.begin(uploadId, JSON.stringify(note));
      return { uploadId, offset: 0, size };
    },

    async goOn(actor, dlgId, uploadId, offset, bytes) {
      // Somebody else's is nobody's to stop.
      if (!(await halfOf(actor, dlgId, uploadId))) return wholeOf(actor, dlgId, uploadId);
      adding.get(uploadId)?.stop.abort();
      return inTurn(uploadId, (signal) => add(actor, dlgId, uploadId, offset, until(signal, bytes)));
    },

    async find(actor, dlgId, uploadId) {
      const half = await halfOf(actor, dlgId, uploadId);
      if (!half) return wholeOf(actor, dlgId, uploadId);
      const { offset, note } = half;
      if (offset < note.size) return { uploadId, offset, size: note.size };
      return inTurn(uploadId, () => add(actor, dlgId, uploadId, offset, nothing()));
    },

    async cancel(actor, dlgId, uploadId) {
      const half = await halfOf(actor, dlgId, uploadId);
      if (!half) return void (await wholeOf(actor, dlgId, uploadId));
      adding.get(uploadId)?.stop.abort();
      await inTurn(uploadId, () => halves.letGo(uploadId));
    },
  };
}

async function* nothing(): AsyncIterable<Uint8Array> {}

/** Passes bytes on, and stops at what is expected instead of after it. */
async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  most: number,
  onBytes: (count: number) => void,
): AsyncIterable<Uint8Array> {
  let size = 0;
  for await (const part of bytes) {
    size += part.length;
    if (size > most) throw new Refused('request.too_large', `at most ${most} bytes of this file are expected here`);
    onBytes(part.length);
    yield part;
  }
}

/** Passes bytes on until somebody else goes on; without waiting for more of them. */
async function* until(signal: AbortSignal, bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const reader = bytes[Symbol.asyncIterator]();
  const stopped = new Promise<'stopped'>((resolve) =>
    signal.addEventListener('abort', () => resolve('stopped'), { once: true }),
  );
  for (;;) {
    const next = signal.aborted ? 'stopped' : await Promise.race([reader.next(), stopped]);
    if (next === 'stopped') throw new Refused('request.malformed', 'The file goes on over another request.');
    if (next.done) return;
    yield next.value;
  }
}
