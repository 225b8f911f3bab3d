import { Refused } from '@trialogue/protocol';
import type { DemoApi } from '@trialogue/protocol/api';

import type { SignIn } from '../access/signIn.ts';
import type { Platform } from '../chat/chat.ts';
import type { App, Profile } from '../chat/ports.ts';
import type { Handlers } from './ask.ts';
import { createWithLinks } from './groups.ts';

/** The simulated platform: it signs anybody of the cast in as anybody of the cast. */
export const demoHandlers = ({
  app,
  cast,
  platform,
  signIn,
}: {
  app: App;
  cast: readonly Profile[];
  platform: Platform;
  signIn: SignIn;
}): Handlers<DemoApi> => ({
  getCast: async () => ({ list: [...cast] }),
  signIn: async ({ body }) => {
    const { userId, urole } = of(cast, body.userId);
    return { ...(await signIn.createToken(app.appId, userId)), userId, urole };
  },
  createDemoGroup: async ({ body: { name, members } }) => {
    const chosen = members.map((userId) => ({ userId: of(cast, userId).userId }));
    return createWithLinks({ platform, signIn }, app, { name, members: chosen });
  },
});

function of(cast: readonly Profile[], userId: string): Profile {
  const person = cast.find((one) => one.userId === userId);
  if (!person) throw new Refused('user.not_found', 'The demo knows its cast only.');
  return person;
}
