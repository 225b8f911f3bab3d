import { clientMsgId, dlgId, instant, userId } from '../fields.ts';
import { hardCaps } from '../limits.ts';
import { cardRef, payload } from '../payloads.ts';
import { anyRecord, list, nothing, optional, record, text, whole } from '../shape.ts';
import { cardChanges } from './cardChanges.ts';
import { ofReply, reply, replyBody } from './desk.ts';
import { platformModerationApi, why } from './moderation.ts';
import type { Api } from './operation.ts';
import { settings } from './settings.ts';
import { group, inGroup, link, memberBody, ofUser, profileBody, sent, tokens, user } from './shapes.ts';

const memberAt = record({ groupId: dlgId(), userId: userId() });
const members = list(memberBody, { max: hardCaps.membersPerGroup });

/** What the B2C platform's own backend does, below `/platform/v1`. Contract §4. */
export const platformApi = {
  putUser: {
    method: 'PUT',
    path: '/users/:userId',
    summary:
      'Creates a user, or replaces the profile of one. `custom` is shown to customer service beside the conversation.',
    auth: 'secret',
    params: ofUser,
    body: record({ ...profileBody.fields, custom: optional(anyRecord()) }),
    data: record({ ...user.fields, custom: optional(anyRecord()) }),
  },
  createToken: {
    method: 'POST',
    path: '/users/:userId/tokens',
    summary: 'Signs a user in: for your own pages, such as the desk of an agent.',
    auth: 'secret',
    params: ofUser,
    body: record({ ttlSeconds: optional(whole({ min: 1, max: 86_400 })) }),
    data: tokens,
  },
  revokeTokens: {
    method: 'DELETE',
    path: '/users/:userId/tokens',
    summary: 'Ends every session of a user: all tokens are dead, all sockets closed.',
    auth: 'secret',
    params: ofUser,
    data: nothing(),
  },
  createGroup: {
    method: 'POST',
    path: '/groups',
    summary: 'Creates a conversation with its members, and a link for each of them.',
    auth: 'secret',
    body: record({
      groupId: optional(dlgId()),
      name: text({ min: 1, max: 200 }),
      members,
      custom: optional(anyRecord()),
    }),
    data: record({ groupId: dlgId(), dlgId: dlgId(), links: list(link) }),
  },
  createLink: {
    method: 'POST',
    path: '/groups/:groupId/links',
    summary: 'A fresh link for one member. It can be opened once.',
    auth: 'secret',
    params: inGroup,
    body: record({ userId: userId(), ttlSeconds: optional(whole({ min: 1, max: hardCaps.ticketMs / 1000 })) }),
    data: record({ url: text(), expiresAt: instant() }),
  },
  addMembers: {
    method: 'POST',
    path: '/groups/:groupId/members',
    summary: 'Adds members; they can read the conversation from its beginning.',
    auth: 'secret',
    params: inGroup,
    body: record({ members }),
    data: group,
  },
  removeMember: {
    method: 'DELETE',
    path: '/groups/:groupId/members/:userId',
    summary: 'Removes a member and starts a new key epoch: nothing after this can be read by them.',
    auth: 'secret',
    params: memberAt,
    query: record(why),
    data: group,
  },
  deleteGroup: {
    method: 'DELETE',
    path: '/groups/:groupId',
    summary:
      'Destroys a conversation with its keys, its messages, its files and the notes about it. Nobody can bring it back.',
    auth: 'secret',
    params: inGroup,
    query: record(why),
    data: nothing(),
  },
  postMessage: {
    method: 'POST',
    path: '/groups/:groupId/messages',
    summary: 'Writes a message in the name of a member, sealed by the server: for a backend or a bot.',
    auth: 'secret',
    params: inGroup,
    body: record({ fromuid: userId(), clientMsgId: clientMsgId(), payload }),
    data: sent,
  },
  patchCard: {
    method: 'PATCH',
    path: '/groups/:groupId/cards/:ref',
    summary:
      'Changes the cards with this `ref`, in place, for everybody: the fields given replace those they have. With an `Idempotency-Key`, sending the same again changes nothing twice.',
    auth: 'secret',
    params: record({ ...inGroup.fields, ref: cardRef() }),
    headers: record({ 'idempotency-key': optional(clientMsgId()) }),
    body: cardChanges,
    data: sent,
  },
  getTranscript: {
    method: 'GET',
    path: '/groups/:groupId/transcript',
    summary:
      'All messages, opened, one JSON object a line, in `seq` order. With `notes=1` also the notes of customer service, in order of time, marked `lane: "notes"`.',
    auth: 'secret',
    params: inGroup,
    query: record({ notes: optional(whole({ max: 1 })), ...why }),
    data: 'lines',
  },
  getSettings: {
    method: 'GET',
    path: '/settings',
    summary: 'What the app has settled about its customer service.',
    auth: 'secret',
    data: settings,
  },
  putSettings: {
    method: 'PUT',
    path: '/settings',
    summary:
      'Settles how shoppers are greeted, when customer service is there, what is asked outside of its hours, and what can be done about an order. What is left out is taken away.',
    auth: 'secret',
    body: settings,
    data: settings,
  },
  listAppReplies: {
    method: 'GET',
    path: '/replies',
    summary: 'The canned replies that every agent of the app is offered.',
    auth: 'secret',
    data: record({ list: list(reply) }),
  },
  putAppReply: {
    method: 'PUT',
    path: '/replies/:replyId',
    summary: 'Keeps a canned reply for every agent of the app, or replaces it.',
    auth: 'secret',
    params: ofReply,
    body: replyBody,
    data: reply,
  },
  removeAppReply: {
    method: 'DELETE',
    path: '/replies/:replyId',
    summary: 'Removes a canned reply of the app. One that is not there is fine.',
    auth: 'secret',
    params: ofReply,
    data: nothing(),
  },
  ...platformModerationApi,
} as const satisfies Api;
export type PlatformApi = typeof platformApi;
