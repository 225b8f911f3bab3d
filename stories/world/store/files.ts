import { Refused } from '@trialogue/protocol';

import type { Commands } from './commands.ts';
import { keyOf, type Tables } from './tables.ts';

const DROPPED_AT_ONCE = 100;

/** What is known of files; their bytes lie elsewhere. */
export function files(tables: Tables) {
  return {
    putFile(actor, dlgId, file) {
      const conversation = tables.openedBy(actor, dlgId, 'keepFile');
      tables.journal.put(tables.files, keyOf(actor.appId, file.fileId), { ...file, conversation });
    },
    findFile(actor, dlgId, fileId) {
      const here = tables.openedBy(actor, dlgId, 'read');
      const found = tables.files.get(keyOf(actor.appId, fileId));
      if (found?.conversation !== here) throw new Refused('file.not_found');
      const { conversation: _, ...file } = found;
      return file;
    },
    shredConversation(place) {
      const conversation = tables.at(place);
      const its = [...tables.files].filter(([, file]) => file.conversation === conversation);
      for (const [key] of its) tables.journal.drop(tables.files, key);
      tables.journal.drop(tables.conversations, keyOf(place.appId, place.dlgId));
      return its.map(([, { fileId }]) => fileId);
    },
    dropShredded: () => 0,
    dropFiles(before) {
      const old = [...tables.files].filter(([, { createdAt }]) => createdAt < before).slice(0, DROPPED_AT_ONCE);
      for (const [key] of old) tables.journal.drop(tables.files, key);
      return old.map(([, { fileId }]) => fileId);
    },
  } satisfies Partial<Commands>;
}
