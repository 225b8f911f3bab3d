import { KEY_BYTES, printKeyring, seal } from '@trialogue/crypto';
import {
  id,
  Refused,
  SYSTEM,
  type AppId,
  type DlgId,
  type KeyEpoch,
  type Message,
  type MsgId,
  type SessionId,
  type UserId,
} from '@trialogue/protocol';
import { ada, bo, cy, mal, shop, tea } from '@trialogue/testkit';

import type { SignedIn, SignIn } from '../access/signIn.ts';
import type { Chat, Log } from '../chat/chat.ts';
import { printed } from '../chat/fitPage.ts';
import type { Accepted, Actor, Bus, Notice } from '../chat/ports.ts';

interface Conversation {
  members: Set<UserId>;
  messages: Message[];
  dlgKey: string;
  epoch: KeyEpoch;
}

/** The rest of the server as the gateway sees it, in memory. For tests. */
export function fakeShop() {
  const conversations = new Map<DlgId, Conversation>();
  const listeners = new Set<(notice: Notice) => void>();
  const marks: { userId: UserId; dlgId: DlgId; deliveredSeq?: number; readSeq?: number }[] = [];
  const loseNotices = { next: 0 };
  const fences = new Map<string, number>();
  const ended = new Set<SessionId>();
  const muted = new Set<UserId>();
  const asked = { memberIds: 0, messagesAfter: 0, looks: 0, history: 0 };
  /** Sends wait for this before they are stored. */
  const disk = { ready: Promise.resolve(), reads: Promise.resolve() };

  const conversation = (dlgId: DlgId): Conversation => {
    const found = conversations.get(dlgId);
    if (!found) throw new Refused('conversation.not_member');
    return found;
  };
  const mine = ({ userId, onlyDlg }: Actor, dlgId: DlgId): Conversation => {
    const found = conversation(dlgId);
    if (!found.members.has(userId) || (onlyDlg ?? dlgId) !== dlgId) throw new Refused('conversation.not_member');
    return found;
  };
  const createGroup = (dlgId: DlgId, ...members: UserId[]) => {
    conversations.set(dlgId, { members: new Set(members), messages: [], dlgKey: 'key-1', epoch: 1 });
  };
  const hear = (notice: Notice) => {
    if (loseNotices.next > 0) loseNotices.next--;
    else for (const listener of listeners) listener(notice);
  };
  const append = (dlgId: DlgId, fromuid: UserId, clientMsgId: string, content = 'IM1.x'): Accepted => {
    const { messages } = conversation(dlgId);
    const known = messages.find((it) => it.fromuid === fromuid && it.clientMsgId === clientMsgId);
    if (known) return { seq: known.seq, msgId: known.msgId, sentAt: known.sentAt, repeated: true };
    const seq = messages.length + 1;
    const message = {
      seq,
      msgId: id<MsgId>(`m${seq}`),
      clientMsgId: id<Message['clientMsgId']>(clientMsgId),
      fromuid,
      content,
      sentAt: seq,
    };
    messages.push(message);
    hear({ kind: 'message', appId: shop, dlgId, message });
    return { seq, msgId: message.msgId, sentAt: seq, repeated: false };
  };

  const chat: Chat = {
    async send(actor, { dlgId, clientMsgId, content }) {
      await disk.ready;
      mine(actor, dlgId);
      const { client, userId } = actor;
      if (client && (fences.get(`${userId}/${client.sid}`) ?? 0) > client.fence) throw new Refused('socket.replaced');
      return append(dlgId, actor.userId, clientMsgId, content);
    },
    async takeOver({ userId, client }) {
      const key = `${userId}/${client.sid}`;
      if ((fences.get(key) ?? 1) >= client.fence) return false;
      fences.set(key, client.fence);
      hear({ kind: 'replaced', appId: shop, userId, ...client });
      return true;
    },
    async history(actor, dlgId, { before, after, limit = 50 }) {
      asked.history++;
      const { messages } = mine(actor, dlgId);
      const found = messages.filter(({ seq }) => seq < (before ?? Infinity) && seq > (after ?? 0));
      const list = after === undefined ? found.slice(-limit) : found.slice(0, limit);
      return { list, hasMore: list.length < found.length, head: messages.length, minSeq: 1, logEpoch: 'e1' };
    },
    printHistory: async (actor, dlgId, range) => printed(await chat.history(actor, dlgId, range), range),
    async enter(actor, dlgId) {
      const { messages, dlgKey } = mine(actor, dlgId);
      const me = { ...ada, avatar: '', remark: '' };
      return { name: 'Tea', head: messages.length, readSeq: 0, dlgKey, minSeq: 1, logEpoch: 'e1', me };
    },
    async markRead({ userId }, dlgId, seq) {
      marks.push({ userId, dlgId, readSeq: seq });
      return { readSeq: seq };
    },
    async markDelivered({ userId }, dlgId, seq) {
      marks.push({ userId, dlgId, deliveredSeq: seq });
    },
    conversations: notHere,
    members: notHere,
    recall: notHere,
    keepFile: notHere,
    uploads: { begin: notHere, goOn: notHere, find: notHere, cancel: notHere },
    openFile: notHere,
  };
  const log: Log = {
    async messagesAfter({ dlgId }, after, limit) {
      asked.messagesAfter++;
      return conversation(dlgId).messages.slice(after, after + limit);
    },
    members: async (place) => (await log.memberIds(place)).map((userId) => ({ userId, isMuted: muted.has(userId) })),
    async memberIds({ dlgId }) {
      asked.memberIds++;
      return [...conversation(dlgId).members];
    },
    async headsOf(places) {
      // Not the question that only asks whether anybody answers.
      if (places.some(({ dlgId }) => conversations.has(dlgId))) asked.looks++;
      await disk.reads;
      return places.flatMap((place) => {
        const found = conversations.get(place.dlgId);
        return found ? [{ ...place, head: found.messages.length, epoch: found.epoch }] : [];
      });
    },
    dlgKey: async ({ dlgId }) => conversation(dlgId).dlgKey,
  };
  const bus: Bus = {
    async tell(notice) {
      hear(notice);
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {},
  };
  /** A token is the name of its user, and after a slash that of the session. */
  const signIn: SignIn = {
    async authenticate(token) {
      const [user = '', session = `session-of-${user}`] = token.split('/');
      if (![ada, bo, cy, mal].some(({ userId }) => userId === user)) throw new Refused('auth.invalid');
      return signedIn(id<UserId>(user), id<SessionId>(session));
    },
    endedAmong: async (sessionIds) => sessionIds.filter((sessionId) => ended.has(sessionId)),
    authenticateApp: notHere,
    exchangeTicket: notHere,
    refresh: notHere,
    logout: notHere,
    createToken: notHere,
    revokeTokens: notHere,
    createLink: notHere,
  };

  createGroup(tea, ada.userId, bo.userId, cy.userId);
  return {
    chat,
    log,
    bus,
    signIn,
    marks,
    asked,
    disk,
    ended,
    muted,
    createGroup,
    append,
    loseNotices: (count: number) => void (loseNotices.next = count),
    join(dlgId: DlgId, userId: UserId) {
      const found = conversation(dlgId);
      found.members.add(userId);
      append(dlgId, SYSTEM, `joined-${userId}`, sealedUnder(found.epoch));
    },
    remove(dlgId: DlgId, userId: UserId) {
      const found = conversation(dlgId);
      found.members.delete(userId);
      found.dlgKey = `${found.dlgKey}+`;
      found.epoch++;
      hear({ kind: 'removed', appId: shop, dlgId, userId });
      hear({ kind: 'key', appId: shop, dlgId });
      append(dlgId, SYSTEM, `left-${userId}`, sealedUnder(found.epoch));
    },
  };
}

/** An envelope whose clear part names this key. */
export function sealedUnder(epoch: KeyEpoch): string {
  const dlgKey = printKeyring(new Map([[epoch, new Uint8Array(KEY_BYTES)]]));
  return seal('{}', { dlgId: tea, dlgKey, fromuid: ada.userId, clientMsgId: 'c' });
}

const FAR_AWAY = 60 * 60_000;

const signedIn = (userId: UserId, sessionId: SessionId, appId: AppId = shop): SignedIn => ({
  appId,
  userId,
  sessionId,
  expiresAt: Date.now() + FAR_AWAY,
});

async function notHere(): Promise<never> {
  throw new Error('the gateway does not call this');
}
