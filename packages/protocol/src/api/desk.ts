import { dlgId, dlgKey, instant, urole, userId } from '../fields.ts';
import { anyRecord, flag, list, nothing, nullable, oneOf, optional, record, text, whole, type Of } from '../shape.ts';
import type { Api } from './operation.ts';
import { offeredAction, serviceCall } from './settings.ts';
import { inDialog } from './shapes.ts';

/** Which of an agent's conversations: assigned to them, with somebody waiting, or by their status. */
export const dlgFilter = () => oneOf('all', 'mine', 'waiting', 'open', 'pending', 'closed');
export type DlgFilter = Of<ReturnType<typeof dlgFilter>>;

const deskStatus = () => oneOf('open', 'pending', 'closed');
export type DeskStatus = Of<ReturnType<typeof deskStatus>>;

/** Where a conversation stands for customer service. Nobody else is told. */
export const deskState = record({
  status: deskStatus(),
  /** The member of customer service who looks after it. */
  assignee: nullable(userId()),
  /** Who waits for an answer of customer service, and since when: longest first. */
  waiting: list(record({ urole: oneOf('user', 'merchant'), since: instant() })),
  /** When customer service was called in; null once somebody has come, answered or closed it. */
  calledAt: nullable(instant()),
});
export type DeskState = Of<typeof deskState>;

export const ofReply = record({ replyId: text({ min: 1, max: 64, pattern: '[A-Za-z0-9_-]+' }) });
/** Variables such as `{name}` are the desk's to fill in. */
export const replyBody = record({
  title: text({ min: 1, max: 100 }),
  text: text({ min: 1, max: 2000 }),
});
export const reply = record({ replyId: text(), ...replyBody.fields, scope: oneOf('app', 'own') });
export type Reply = Of<typeof reply>;

/** What customer service does at its desk, and how it is called in. PROTOCOL.md §12. */
export const deskApi = {
  getQueue: {
    method: 'GET',
    path: '/queue',
    summary:
      'For customer service: conversations that called for it and have nobody of it yet, the longest wait first. You are not in them, so there is no key and no message.',
    auth: 'token',
    query: record({
      page: optional(whole({ min: 1, max: 100_000 })),
      size: optional(whole({ min: 1, max: 100 })),
    }),
    data: record({
      list: list(
        record({
          dlgId: dlgId(),
          name: text(),
          calledAt: instant(),
          members: list(record({ userId: userId(), name: text(), avatar: text(), urole: urole() })),
        }),
      ),
      total: whole(),
      page: whole(),
      size: whole(),
    }),
  },
  getDeskCounts: {
    method: 'GET',
    path: '/desk/counts',
    summary: 'For customer service: how many conversations each list of the desk has, the queue included.',
    auth: 'token',
    data: record({
      all: whole(),
      mine: whole(),
      waiting: whole(),
      queue: whole(),
      open: whole(),
      pending: whole(),
      closed: whole(),
    }),
  },
  patchDesk: {
    method: 'PATCH',
    path: '/conversations/:dlgId/desk',
    summary:
      'For customer service: sets the status, or hands over to another of its members (null: to nobody). A `note` goes to the notes lane together with the change.',
    auth: 'token',
    params: inDialog,
    body: record({
      status: optional(deskStatus()),
      assignee: optional(nullable(userId())),
      note: optional(text({ min: 1, max: 2000 })),
    }),
    data: deskState,
  },
  callService: {
    method: 'POST',
    path: '/conversations/:dlgId/service',
    summary: 'Calls customer service into the conversation. While a call is open, calling again changes nothing.',
    auth: 'token',
    params: inDialog,
    data: record({ calledAt: instant() }),
  },
  getService: {
    method: 'GET',
    path: '/conversations/:dlgId/service',
    summary:
      'Where a call for customer service stands: how many wait before it, and whether anybody is there at this hour.',
    auth: 'token',
    params: inDialog,
    data: serviceCall,
  },
  visitConversation: {
    method: 'POST',
    path: '/conversations/:dlgId/visits',
    summary:
      'A shopper has come: what the app greets with is said, at most once a session. From anybody else it changes nothing.',
    auth: 'token',
    params: inDialog,
    data: nothing(),
  },
  getOrderActions: {
    method: 'GET',
    path: '/conversations/:dlgId/order-actions',
    summary: 'What you, in your role in this conversation, can do about an order on a page of the platform.',
    auth: 'token',
    params: inDialog,
    data: record({ list: list(offeredAction) }),
  },
  joinConversation: {
    method: 'POST',
    path: '/conversations/:dlgId/join',
    summary: 'For customer service: enters a conversation of the queue and takes it.',
    auth: 'token',
    params: inDialog,
    data: deskState,
  },
  leaveConversation: {
    method: 'POST',
    path: '/conversations/:dlgId/leave',
    summary: 'For customer service: leaves the conversation, which starts a new key epoch.',
    auth: 'token',
    params: inDialog,
    data: nothing(),
  },
  openNotes: {
    method: 'POST',
    path: '/conversations/:dlgId/notes',
    summary:
      'For customer service: its notes about the conversation, as a companion conversation with an id, keys and a log of its own. Made when first asked for.',
    auth: 'token',
    params: inDialog,
    data: record({ dlgId: dlgId(), dlgKey: dlgKey(), head: whole(), readSeq: whole() }),
  },
  getCustomer: {
    method: 'GET',
    path: '/conversations/:dlgId/customer',
    summary:
      'For customer service: what the platform says of the conversation and of each of its members, and who of them is here.',
    auth: 'token',
    params: inDialog,
    data: record({
      custom: optional(anyRecord()),
      members: list(
        record({
          userId: userId(),
          name: text(),
          urole: urole(),
          remark: text(),
          /** Whether a socket of this user is bound right now. */
          online: flag(),
          mutedUntil: optional(nullable(instant())),
          custom: optional(anyRecord()),
        }),
      ),
    }),
  },
  listReplies: {
    method: 'GET',
    path: '/replies',
    summary: 'For customer service: canned replies, those of the app first and then your own.',
    auth: 'token',
    data: record({ list: list(reply) }),
  },
  putReply: {
    method: 'PUT',
    path: '/replies/:replyId',
    summary: 'For customer service: keeps one of your own canned replies, or replaces it.',
    auth: 'token',
    params: ofReply,
    body: replyBody,
    data: reply,
  },
  removeReply: {
    method: 'DELETE',
    path: '/replies/:replyId',
    summary: 'For customer service: removes one of your own canned replies. One that is not there is fine.',
    auth: 'token',
    params: ofReply,
    data: nothing(),
  },
} as const satisfies Api;
