import {
  clientMsgId,
  content,
  dlgId,
  dlgKey,
  fileId,
  instant,
  message,
  page as messagePage,
  seq,
  token,
  urole,
  userId,
} from '../fields.ts';
import { hardCaps } from '../limits.ts';
import { anyRecord, flag, list, nothing, nullable, optional, record, text, whole } from '../shape.ts';
import { deskApi, deskState, dlgFilter } from './desk.ts';
import { moderationApi } from './moderation.ts';
import type { Api } from './operation.ts';
import { inDialog, keptFile, limitsInForce, member, sent, session } from './shapes.ts';
import { uploadsApi } from './uploads.ts';

const pageNumber = optional(whole({ min: 1, max: 100_000 }));
const messageAt = record({ dlgId: dlgId(), seq: seq() });
const fileAt = record({ dlgId: dlgId(), fileId: fileId() });

/** All that is needed to enter a conversation. */
const conversation = record({
  wsAddress: text(),
  dlgId: dlgId(),
  dlgKey: dlgKey(),
  name: text(),
  userId: userId(),
  imToken: token(),
  urole: urole(),
  avatar: text(),
  remark: text(),
  /** Your own display name. */
  userName: text(),
  head: whole(),
  readSeq: whole(),
  custom: optional(anyRecord()),
});

/** What members do, below `/api/v1`. Contract §3. */
export const clientApi = {
  getConfig: {
    method: 'GET',
    path: '/config',
    summary: 'What a page has to know before anybody signs in: origins that may embed it, limits, demo or not.',
    auth: 'nobody',
    query: record({ appId: optional(text({ max: 64 })) }),
    data: record({ origins: list(text()), demo: flag(), limits: limitsInForce }),
  },
  getLimits: {
    method: 'GET',
    path: '/config/limits',
    summary: 'The limits in force on this server, by the names of PROTOCOL.md §8.',
    auth: 'nobody',
    data: limitsInForce,
  },
  createSession: {
    method: 'POST',
    path: '/session',
    summary:
      'Exchanges the ticket of a link for a session of one user in one group. A ticket works once. With `enter` the answer has the conversation too, as getConversation gives it, unless it cannot be had at the moment.',
    auth: 'nobody',
    body: record({ groupId: dlgId(), userId: userId(), ticket: token(), enter: optional(flag()) }),
    data: record({ ...session.fields, conversation: optional(conversation) }),
  },
  refreshSession: {
    method: 'POST',
    path: '/session/refresh',
    summary: 'A new token for a refresh token, which is dead from then on. Using it again ends the whole session.',
    auth: 'nobody',
    body: record({ refreshToken: token() }),
    data: session,
  },
  logout: {
    method: 'DELETE',
    path: '/session',
    summary: 'Ends the session: its tokens are dead at once and its sockets are closed.',
    auth: 'token',
    data: nothing(),
  },
  getConversation: {
    method: 'GET',
    path: '/conversation',
    summary: 'All that is needed to enter a conversation: where to connect, its key, its name, who you are in it.',
    auth: 'token',
    query: record({ groupId: dlgId() }),
    data: conversation,
  },
  getDlgPage: {
    method: 'GET',
    path: '/conversations',
    summary:
      'Your conversations, newest activity first. `keyword` looks in their names; any `filter` but `all` keeps to those in which you are customer service.',
    auth: 'token',
    query: record({
      page: pageNumber,
      size: optional(whole({ min: 1, max: 100 })),
      keyword: optional(text({ max: 100 })),
      filter: optional(dlgFilter()),
    }),
    data: record({
      list: list(
        record({
          dlgId: dlgId(),
          dlgKey: dlgKey(),
          name: text(),
          unread: whole(),
          lastSeq: whole(),
          readSeq: whole(),
          /** The newest message, sealed; null while there is none. */
          lastMessage: nullable(message),
          members: list(record({ userId: userId(), name: text(), avatar: text(), urole: urole() })),
          updatedAt: instant(),
          /** Only where you are customer service. */
          desk: optional(deskState),
        }),
      ),
      total: whole(),
      page: whole(),
      size: whole(),
    }),
  },
  getMsgPage: {
    method: 'GET',
    path: '/conversations/:dlgId/messages',
    summary: 'History, ascending. Before a place, after a place, or without either the newest.',
    auth: 'token',
    params: inDialog,
    query: record({
      before: optional(seq()),
      after: optional(whole()),
      limit: optional(whole({ min: 1, max: hardCaps.pageMost })),
    }),
    data: messagePage,
  },
  getMemberList: {
    method: 'GET',
    path: '/conversations/:dlgId/members',
    summary: 'Who is in the conversation, who is online, and how far each has read.',
    auth: 'token',
    params: inDialog,
    data: record({ list: list(member) }),
  },
  sendMsg: {
    method: 'POST',
    path: '/conversations/:dlgId/messages',
    summary: 'Stores one sealed message: the same path as a send on the socket. An answer means it is on disk.',
    auth: 'token',
    params: inDialog,
    body: record({ clientMsgId: clientMsgId(), content: content() }),
    data: sent,
  },
  markRead: {
    method: 'POST',
    path: '/conversations/:dlgId/read',
    summary: 'Everything up to `seq` was seen. The mark never falls and never passes the newest message.',
    auth: 'token',
    params: inDialog,
    body: record({ seq: seq() }),
    data: record({ readSeq: whole() }),
  },
  recallMsg: {
    method: 'POST',
    path: '/conversations/:dlgId/messages/:seq/recall',
    summary: 'Takes back one of your own messages within two minutes. Its content is gone; its place stays.',
    auth: 'token',
    params: messageAt,
    data: record({ seq: seq() }),
  },
  uploadFile: {
    method: 'POST',
    path: '/conversations/:dlgId/files',
    summary: 'Keeps one file for the members of the conversation.',
    auth: 'token',
    params: inDialog,
    body: 'multipart',
    data: keptFile,
  },
  ...uploadsApi,
  downloadFile: {
    method: 'GET',
    path: '/conversations/:dlgId/files/:fileId',
    summary: 'The bytes of a file, for members only, always as an attachment.',
    auth: 'token',
    params: fileAt,
    data: 'bytes',
  },
  ...deskApi,
  ...moderationApi,
} as const satisfies Api;
export type ClientApi = typeof clientApi;
