import type { SignIn } from '../access/signIn.ts';
import type { App, Store } from '../chat/ports.ts';
import { stories } from './script.ts';

/** Fresh links into the first ready-made conversation, for whoever is in it now. */
export async function demoLinks({
  store,
  signIn,
  app,
}: {
  store: Pick<Store, 'membersOf'>;
  signIn: Pick<SignIn, 'createLink'>;
  app: App;
}): Promise<{ name: string; url: string }[]> {
  const [{ dlgId }] = stories;
  const members = await store.membersOf({ appId: app.appId, dlgId });
  return Promise.all(
    members.map(async ({ userId, name }) => ({ name, url: (await signIn.createLink(app, { dlgId, userId })).url })),
  );
}
