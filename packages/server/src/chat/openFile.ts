import type { DlgId, FileId } from '@trialogue/protocol';

import { openFile as openSealed, openMeta } from '../files/sealed.ts';
import { fileContext } from './keepFile.ts';
import type { Actor, FileStore, KeyWrap, Store } from './ports.ts';

/**
 * A file of the conversation, opened while it streams.
 *
 * @throws {Refused} conversation.not_member, file.not_found
 */
export const openFile =
  (at: { store: Store; files: FileStore; keys: KeyWrap }) =>
  async (
    actor: Actor,
    dlgId: DlgId,
    fileId: FileId,
  ): Promise<{ name: string; mime: string; size: number; bytes: AsyncIterable<Uint8Array> }> => {
    const { keyWrapped, metaSealed, size } = await at.store.findFile(actor, dlgId, fileId);
    const key = at.keys.unwrap(keyWrapped, fileContext({ appId: actor.appId, dlgId }, fileId));
    const { name, mime } = JSON.parse(openMeta(metaSealed, key, fileId)) as { name: string; mime: string };
    return { name, mime, size, bytes: openSealed(at.files.get(fileId), key, fileId, size) };
  };
