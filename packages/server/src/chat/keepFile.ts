import { Refused, type DlgId, type FileId, type Limits } from '@trialogue/protocol';
import type { ClientApi, DataOf } from '@trialogue/protocol/api';

import { kindOf, peek } from '../files/kind.ts';
import { FILE_KEY_BYTES, sealFile, sealMeta } from '../files/sealed.ts';
import type { Actor, ChatRates, Clock, FileStore, KeyWrap, Place, Random, Store } from './ports.ts';
import { newId } from './sealing.ts';

export const fileContext = ({ appId, dlgId }: Place, fileId: FileId): string[] => ['file', appId, dlgId, fileId];

/**
 * Keeps one file for the members of the conversation, sealed while it streams: no byte of it reaches the disk in the
 * clear, nor do its name and type; what type it is, its bytes say. A file that is refused or breaks off leaves nothing behind.
 *
 * @throws {Refused} conversation.not_member (before anything is read), file.empty, file.too_large, rate.limited
 */
export const keepFile =
  (at: {
    store: Store;
    files: FileStore;
    keys: KeyWrap;
    clock: Clock;
    random: Random;
    limits: Limits;
    rates: ChatRates;
  }) =>
  async (
    actor: Actor,
    dlgId: DlgId,
    { name, mime: declared, bytes }: { name: string; mime: string; bytes: AsyncIterable<Uint8Array> },
  ): Promise<DataOf<ClientApi['uploadFile']>> => {
    await at.store.enterConversation(actor, dlgId);
    const onBytes = at.rates.upload(actor);
    const fileId = newId<FileId>(at.random);
    const key = at.random.bytes(FILE_KEY_BYTES);
    const counted = { bytes, size: 0 };
    try {
      const file = await peek(counting(counted, at.limits.fileBytes, onBytes));
      const mime = await kindOf(declared, file.head, at.limits);
      await at.files.put(fileId, sealFile(file.bytes, key, fileId));
      await at.store.putFile(actor, dlgId, {
        fileId,
        metaSealed: sealMeta(JSON.stringify({ name, mime }), key, fileId),
        keyWrapped: at.keys.wrap(key, fileContext({ appId: actor.appId, dlgId }, fileId)),
        size: counted.size,
        uploaderId: actor.userId,
        createdAt: at.clock.now(),
      });
      return { fileId, size: counted.size, name, mime };
    } catch (error) {
      await at.files.remove(fileId);
      throw error;
    } finally {
      key.fill(0);
    }
  };

/** Passes bytes on, and stops at the limit instead of after it. */
async function* counting(
  file: { bytes: AsyncIterable<Uint8Array>; size: number },
  most: number,
  onBytes: (count: number) => void,
): AsyncIterable<Uint8Array> {
  for await (const part of file.bytes) {
    file.size += part.length;
    if (file.size > most) throw new Refused('file.too_large', `at most ${most} bytes`);
    onBytes(part.length);
    yield part;
  }
  if (file.size === 0) throw new Refused('file.empty');
}
