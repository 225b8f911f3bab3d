import type { DataOf, PlatformApi } from '@trialogue/protocol/api';

import type { SignIn } from '../access/signIn.ts';
import type { Platform } from '../chat/chat.ts';
import type { DeskPlatform } from '../chat/desk/desk.ts';
import type { ModerationPlatform } from '../chat/moderation/moderation.ts';
import type { Handlers } from './ask.ts';
import { createWithLinks } from './groups.ts';
import { asLines } from './transcript.ts';

/** The platform API, contract §4. */
export const platformHandlers = ({
  platform,
  desk,
  moderation,
  signIn,
}: {
  platform: Platform;
  desk: DeskPlatform;
  moderation: ModerationPlatform;
  signIn: SignIn;
}): Handlers<PlatformApi> => ({
  putUser: async ({
    caller,
    params: { userId },
    body: { custom, ...profile },
  }): Promise<DataOf<PlatformApi['putUser']>> => {
    const user = await platform.putUser(caller.appId, { userId, ...profile });
    await desk.putCustom(caller.appId, userId, custom);
    return { ...user, ...(custom && { custom }) };
  },
  createToken: ({ caller, params, body }) => signIn.createToken(caller.appId, params.userId, body.ttlSeconds),
  revokeTokens: async ({ caller, params }) => {
    await signIn.revokeTokens(caller.appId, params.userId);
    return null;
  },

  createGroup: ({ caller, body }) => createWithLinks({ platform, signIn }, caller, body),
  createLink: ({ caller, params, body }) => signIn.createLink(caller, { dlgId: params.groupId, ...body }),
  addMembers: ({ caller, params, body }) =>
    platform.addMembers({ appId: caller.appId, dlgId: params.groupId }, body.members),
  removeMember: ({ caller, params, query }) =>
    platform.removeMember({ appId: caller.appId, dlgId: params.groupId }, params.userId, query.reason),

  deleteGroup: async ({ caller, params, query }) => {
    await platform.deleteGroup({ appId: caller.appId, dlgId: params.groupId }, query.reason);
    return null;
  },

  patchCard: ({ caller, params: { groupId, ref }, headers, body }) =>
    platform.updateCard(
      { appId: caller.appId, dlgId: groupId },
      { ref, changes: body, key: headers['idempotency-key'] },
    ),
  postMessage: ({ caller, params, body }) => platform.post({ appId: caller.appId, dlgId: params.groupId }, body),
  getTranscript: async ({ caller, params, query }) => {
    const place = { appId: caller.appId, dlgId: params.groupId };
    const { notes, ...why } = query;
    return asLines(await platform.transcript(place, { notes: notes === 1, ...why }));
  },

  getSettings: ({ caller }) => desk.settings(caller.appId),
  putSettings: ({ caller, body }) => desk.putSettings(caller.appId, body),

  listAppReplies: ({ caller }) => desk.replies(caller.appId),
  putAppReply: ({ caller, params, body }) => desk.putReply(caller.appId, params.replyId, body),
  removeAppReply: async ({ caller, params }) => {
    await desk.removeReply(caller.appId, params.replyId);
    return null;
  },

  muteInGroup: ({ caller, params, body }) =>
    moderation.mute({ appId: caller.appId, dlgId: params.groupId }, params.userId, body),
  unmuteInGroup: ({ caller, params, query }) =>
    moderation.unmute({ appId: caller.appId, dlgId: params.groupId }, params.userId, query),
  listReports: ({ caller, query }) => moderation.reports(caller.appId, query),
  resolveReport: ({ caller, params, body }) => moderation.resolve(caller.appId, params.reportId, body),
  listAudit: ({ caller, query }) => moderation.audit(caller.appId, query),
});
