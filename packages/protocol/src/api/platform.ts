import { clientMsgId, dlgId, instant, userId } from '../fields.ts';
import { hardCaps } from '../limits.ts';
import { payload } from '../payloads.ts';
import { anyRecord, list, nothing, optional, record, text, whole } from '../shape.ts';
import type { Api } from './operation.ts';
import { group, inGroup, link, memberBody, ofUser, profileBody, sent, tokens, user } from './shapes.ts';

const memberAt = record({ groupId: dlgId(), userId: userId() });
const members = list(memberBody, { max: hardCaps.membersPerGroup });

/** What the B2C platform's own backend does, below `/platform/v1`. Contract §4. */
export const platformApi = {
  putUser: {
    method: 'PUT',
    path: '/users/:userId',
    summary: 'Creates a user, or replaces the profile of one.',
    auth: 'secret',
    params: ofUser,
    body: profileBody,
    data: user,
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
    data: group,
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
  getTranscript: {
    method: 'GET',
    path: '/groups/:groupId/transcript',
    summary: 'All messages, opened, one JSON object a line, in `seq` order.',
    auth: 'secret',
    params: inGroup,
    data: 'lines',
  },
} as const satisfies Api;
export type PlatformApi = typeof platformApi;
