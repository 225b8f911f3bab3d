import type { UserId } from '@trialogue/protocol';
import type { BodyOf, DataOf, PlatformApi } from '@trialogue/protocol/api';

import type { SignIn } from '../access/signIn.ts';
import type { Platform } from '../chat/chat.ts';
import type { App } from '../chat/ports.ts';

/** A new conversation, and a link for each who is in it. */
export async function createWithLinks(
  at: { platform: Platform; signIn: SignIn },
  app: App,
  group: BodyOf<PlatformApi['createGroup']>,
): Promise<DataOf<PlatformApi['createGroup']>> {
  const dlgId = await at.platform.createGroup(app.appId, group);
  const userIds = [...new Set(group.members.map(({ userId }) => userId))];
  const linkFor = async (userId: UserId) => ({ userId, url: (await at.signIn.createLink(app, { dlgId, userId })).url });
  return { groupId: dlgId, dlgId, links: await Promise.all(userIds.map(linkFor)) };
}
