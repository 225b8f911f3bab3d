import type { Limits } from '@trialogue/protocol';

import { addMembers } from './addMembers.ts';
import type { Chat, Log, Platform } from './chat.ts';
import { createGroup } from './createGroup.ts';
import { deleteGroup } from './deleteGroup.ts';
import { enterConversation } from './enterConversation.ts';
import { keepFile } from './keepFile.ts';
import { keepKeyrings, type Keyrings } from './keyrings.ts';
import { listConversations } from './listConversations.ts';
import { listMembers } from './listMembers.ts';
import { logOf } from './log.ts';
import { markProgress } from './markProgress.ts';
import { noteAt } from './moderation/noteAt.ts';
import type { Audit } from './moderation/ports.ts';
import { openFile } from './openFile.ts';
import type { BesideDesk, Bus, ChatRates, Clock, FileStore, KeyWrap, Presence, Random, Store, Warn } from './ports.ts';
import { postMessage } from './postMessage.ts';
import { putUser } from './putUser.ts';
import { printHistory, readHistory } from './readHistory.ts';
import { recallMessage } from './recallMessage.ts';
import { removeMember } from './removeMember.ts';
import { sendMessage } from './sendMessage.ts';
import { takeOver } from './takeOver.ts';
import { transcript } from './transcript.ts';
import { updateCard } from './updateCard.ts';
import { uploads } from './uploads.ts';

export interface ChatPorts {
  store: Store;
  bus: Bus;
  keys: KeyWrap;
  files: FileStore;
  presence: Presence;
  clock: Clock;
  random: Random;
  warn: Warn;
  limits: Limits;
  rates: ChatRates;
  desk?: BesideDesk;
  /** Absent in the seeded world, where nobody is anybody special. */
  audit?: Audit;
  /** A conversation was destroyed, and its rows are to go (`Store.dropShredded`). */
  onShredded?: () => void;
}

/**
 * Puts the use cases together. It listens to the bus for changes of keys, so it is made before the gateway, which
 * asks for the new ones. `close` forgets the keys; what the ports hold open stays open.
 */
export function makeChat(ports: ChatPorts): {
  chat: Chat;
  platform: Platform;
  log: Log;
  /** For the desk beside it: one of them for a node. */
  keyrings: Keyrings;
  close: () => void;
} {
  const keyrings = keepKeyrings(ports);
  const at = { ...ports, keyrings };
  const mark = markProgress(at);
  const note = noteAt(at);
  const remove = removeMember(at);
  const destroy = deleteGroup(at);
  const read = transcript(at);
  return {
    chat: {
      send: sendMessage(at),
      takeOver: takeOver(at),
      history: readHistory(at),
      printHistory: printHistory(at),
      enter: enterConversation(at),
      conversations: listConversations(at),
      members: listMembers(at),
      markRead: async (actor, dlgId, readSeq) => ({ readSeq: (await mark(actor, dlgId, { readSeq })).readSeq }),
      markDelivered: async (actor, dlgId, deliveredSeq) => void (await mark(actor, dlgId, { deliveredSeq })),
      recall: recallMessage(at),
      keepFile: keepFile(at),
      uploads: uploads(at),
      openFile: openFile(at),
    },
    platform: {
      putUser: putUser(at),
      createGroup: createGroup(at),
      addMembers: addMembers(at),
      async removeMember(place, userId, reason) {
        await note(place, { action: 'member.removed', subject: userId, reason });
        return remove(place, userId);
      },
      async deleteGroup(place, reason) {
        await note(place, { action: 'group.destroyed', reason });
        await destroy(place);
      },
      post: postMessage(at),
      updateCard: updateCard(at),
      async transcript(place, { notes, reason } = { notes: false }) {
        await note(place, { action: notes ? 'notes.read' : 'transcript.read', reason });
        return read(place, { notes });
      },
    },
    log: logOf(at),
    keyrings,
    close: keyrings.close,
  };
}
