import type { Keyrings } from '../keyrings.ts';
import type { ChatPorts } from '../makeChat.ts';
import { removeMember } from '../removeMember.ts';
import { callService } from './callService.ts';
import { customers } from './customers.ts';
import type { Desk, DeskPlatform } from './desk.ts';
import { joinConversation } from './joinConversation.ts';
import { openNotes } from './openNotes.ts';
import { patchDesk } from './patchDesk.ts';
import type { DeskStore } from './ports.ts';
import { replies } from './replies.ts';
import { orderActions, serviceState } from './serviceState.ts';
import { checkSettings, putSettings, settingsOf, whatIsSet } from './settings.ts';
import { visitConversation } from './visit.ts';

export interface DeskPorts extends ChatPorts {
  desk: DeskStore;
  /** Of the chat, which has seen every change of a key. */
  keyrings: Keyrings;
}

/** Puts the use cases of the desk together, beside those of the chat. */
export function makeDesk(at: DeskPorts): { desk: Desk; platform: DeskPlatform } {
  const { own, ofApp } = replies(at);
  const { customer, putCustom } = customers(at);
  const remove = removeMember(at);
  return {
    desk: {
      async queue(actor, { page = 1, size = 20 }) {
        const { list, total } = await at.desk.listQueue(actor, { page, size });
        return { list, total, page, size };
      },
      counts: (actor) => at.desk.countDesk(actor),
      patch: patchDesk(at),
      call: callService(at),
      callState: serviceState(at),
      visit: visitConversation(at),
      orderActions: orderActions(at),
      join: joinConversation(at),
      async leave(actor, dlgId) {
        const { appId, userId } = actor;
        await at.desk.readDesk(actor, dlgId, 'desk');
        await remove({ appId, dlgId }, userId);
      },
      openNotes: openNotes(at),
      fileRules: async ({ appId }) => ({ sealed: (await settingsOf(at, appId)).files === 'sealed' }),
      customer,
      ...own,
    },
    platform: {
      putCustom,
      settings: (appId) => settingsOf(at, appId),
      async putSettings(appId, settings) {
        checkSettings(settings);
        await at.audit?.note({ appId, action: 'settings.changed', subject: whatIsSet(settings) });
        return putSettings(at, appId, settings);
      },
      ...ofApp,
    },
  };
}
