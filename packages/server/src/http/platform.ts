import type { DataOf, PlatformApi } from '@trialogue/protocol/api';

import type { SignIn } from '../access/signIn.ts';
import type { Platform } from '../chat/chat.ts';
import type { Handlers } from './ask.ts';
import { createWithLinks } from './groups.ts';
import { asLines } from './transcript.ts';

/** The platform API, contract §4. */
export const platformHandlers = ({
  platform,
  signIn,
}: {
  platform: Platform;
  signIn: SignIn;
}): Handlers<PlatformApi> => ({
  putUser: ({ caller, params, body }): Promise<DataOf<PlatformApi['putUser']>> =>
    platform.putUser(caller.appId, { userId: params.userId, ...body }),
  createToken: ({ caller, params, body }) => signIn.createToken(caller.appId, params.userId, body.ttlSeconds),
  revokeTokens: async ({ caller, params }) => {
    await signIn.revokeTokens(caller.appId, params.userId);
    return null;
  },

  createGroup: ({ caller, body }) => createWithLinks({ platform, signIn }, caller, body),
  createLink: ({ caller, params, body }) => signIn.createLink(caller, { dlgId: params.groupId, ...body }),
  addMembers: ({ caller, params, body }) =>
    platform.addMembers({ appId: caller.appId, dlgId: params.groupId }, body.members),
  removeMember: ({ caller, params }) =>
    platform.removeMember({ appId: caller.appId, dlgId: params.groupId }, params.userId),

  postMessage: ({ caller, params, body }) => platform.post({ appId: caller.appId, dlgId: params.groupId }, body),
  getTranscript: async ({ caller, params }) =>
    asLines(await platform.transcript({ appId: caller.appId, dlgId: params.groupId })),
});
