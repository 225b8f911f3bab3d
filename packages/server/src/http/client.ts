import { Refused, type DlgId, type Limits } from '@trialogue/protocol';
import type { ClientApi, DataOf, Session } from '@trialogue/protocol/api';

import type { Rates } from '../access/rates.ts';
import type { SignIn } from '../access/signIn.ts';
import type { Chat } from '../chat/chat.ts';
import type { Desk } from '../chat/desk/desk.ts';
import type { Moderation } from '../chat/moderation/moderation.ts';
import type { Actor } from '../chat/ports.ts';
import type { Handlers } from './ask.ts';
import { asAttachment } from './files.ts';
import type { Origins } from './origins.ts';

/** The client API, contract §3. */
export const clientHandlers = (at: {
  chat: Chat;
  desk: Desk;
  moderation: Moderation;
  signIn: SignIn;
  origins: Origins;
  publicUrl: () => string;
  ownOrigins: () => readonly string[];
  isDemo: boolean;
  limits: Limits;
  rates: Pick<Rates, 'exchange'>;
}): Handlers<ClientApi> => {
  const { chat, desk, moderation, signIn, origins, publicUrl, limits, rates } = at;

  async function enter(actor: Actor, imToken: string, dlgId: DlgId): Promise<DataOf<ClientApi['getConversation']>> {
    const { me, name, dlgKey, head, readSeq, custom } = await chat.enter(actor, dlgId);
    return {
      wsAddress: `${publicUrl().replace(/^http/, 'ws')}/ws`,
      dlgId,
      dlgKey,
      name,
      userId: me.userId,
      imToken,
      urole: me.urole,
      avatar: me.avatar,
      remark: me.remark,
      userName: me.name,
      head,
      readSeq,
      ...(custom && { custom }),
    };
  }

  return {
    getConfig: async ({ query }) => ({
      origins: [...at.ownOrigins(), ...origins.of(query.appId)],
      demo: at.isDemo,
      limits,
    }),
    getLimits: async () => limits,

    async createSession({ body, address }) {
      const session = await exchange(rates, address, () => signIn.exchangeTicket(body));
      if (!body.enter) return session;
      const entered = signIn.authenticate(session.token).then((caller) => enter(caller, session.token, body.groupId));
      // The ticket is spent: what came of it must not be lost with what was asked along. Why that failed is told and logged
      // when it is asked for by itself.
      const conversation = await entered.catch(() => undefined);
      return { ...session, ...(conversation && { conversation }) };
    },
    refreshSession: ({ body, address }) => exchange(rates, address, () => signIn.refresh(body.refreshToken)),
    logout: async ({ caller }) => {
      await signIn.logout(caller.actor);
      return null;
    },

    getConversation: ({ caller, query }) => enter(caller.actor, caller.token, query.groupId),
    getDlgPage: ({ caller, query }) => chat.conversations(caller.actor, query),
    getMsgPage: ({ caller, params, query }) => {
      if (query.before !== undefined && query.after !== undefined) {
        throw new Refused('request.malformed', 'query: expected before or after, not both.');
      }
      return chat.history(caller.actor, params.dlgId, query);
    },
    getMemberList: ({ caller, params }) => chat.members(caller.actor, params.dlgId),
    sendMsg: ({ caller, params, body }) => chat.send(caller.actor, { dlgId: params.dlgId, ...body }),
    markRead: ({ caller, params, body }) => chat.markRead(caller.actor, params.dlgId, body.seq),
    recallMsg: ({ caller, params }) => chat.recall(caller.actor, params.dlgId, params.seq),

    uploadFile: ({ caller, params, body }) => chat.keepFile(caller.actor, params.dlgId, body),
    getFileRules: ({ caller }) => desk.fileRules(caller.actor),
    beginUpload: ({ caller, params, body }) => chat.uploads.begin(caller.actor, params.dlgId, body),
    continueUpload: ({ caller, params, query, body }) =>
      chat.uploads.goOn(caller.actor, params.dlgId, params.uploadId, query.offset, body),
    getUpload: ({ caller, params }) => chat.uploads.find(caller.actor, params.dlgId, params.uploadId),
    cancelUpload: async ({ caller, params }) => {
      await chat.uploads.cancel(caller.actor, params.dlgId, params.uploadId);
      return null;
    },
    downloadFile: async ({ caller, params }) =>
      asAttachment(await chat.openFile(caller.actor, params.dlgId, params.fileId)),

    getQueue: ({ caller, query }) => desk.queue(caller.actor, query),
    getDeskCounts: ({ caller }) => desk.counts(caller.actor),
    patchDesk: ({ caller, params, body }) => desk.patch(caller.actor, params.dlgId, body),
    callService: ({ caller, params }) => desk.call(caller.actor, params.dlgId),
    getService: ({ caller, params }) => desk.callState(caller.actor, params.dlgId),
    visitConversation: async ({ caller, params }) => {
      await desk.visit(caller.actor, params.dlgId);
      return null;
    },
    getOrderActions: ({ caller, params }) => desk.orderActions(caller.actor, params.dlgId),
    joinConversation: ({ caller, params }) => desk.join(caller.actor, params.dlgId),
    leaveConversation: async ({ caller, params }) => {
      await desk.leave(caller.actor, params.dlgId);
      return null;
    },
    openNotes: ({ caller, params }) => desk.openNotes(caller.actor, params.dlgId),
    getCustomer: ({ caller, params }) => desk.customer(caller.actor, params.dlgId),
    listReplies: ({ caller }) => desk.replies(caller.actor),
    putReply: ({ caller, params, body }) => desk.putReply(caller.actor, params.replyId, body),
    removeReply: async ({ caller, params }) => {
      await desk.removeReply(caller.actor, params.replyId);
      return null;
    },

    reportMessage: ({ caller, params, body }) => moderation.report(caller.actor, params.dlgId, params.seq, body),
    muteMember: ({ caller, params, body }) => moderation.mute(caller.actor, params.dlgId, params.userId, body),
    unmuteMember: ({ caller, params, query }) => moderation.unmute(caller.actor, params.dlgId, params.userId, query),
  };
};

/** Behind one address there may be a hundred agents who all refresh: it is wrong tickets and tokens that are counted. */
async function exchange(
  rates: Pick<Rates, 'exchange'>,
  address: string,
  attempt: () => Promise<Session>,
): Promise<Session> {
  const wasNoGuess = rates.exchange(address);
  try {
    const session = await attempt();
    wasNoGuess();
    return session;
  } catch (error) {
    if (!(error instanceof Refused) || error.retry === 'later') wasNoGuess();
    throw error;
  }
}
