import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';

import { id, type AppId } from '@trialogue/protocol';

import type { App, KeyWrap, Store } from '../chat/ports.ts';
import { appOf, contextOf, secretsOf, sha256 } from './apps.ts';

/** The command cannot be carried out: in words for the operator. */
export class BadCommand extends Error {}

export const appUsage = [
  'app list                                  the apps of this server',
  'app create <id> [--origins https://a,…]   one more app; prints its secret, which is shown this once',
  'app origins <id> [https://a,…]            who may embed its pages; none: its own server only',
  'app rotate <id>                           a new secret; the one before counts until it is retired',
  'app retire <id>                           from now on only the newest secret counts',
].join('\n');

const SECRET_BYTES = 32;
const isAppId = (text: string) => /^[A-Za-z0-9_-]{1,64}$/.test(text);

/**
 * What an operator does with the apps of a server, which may run meanwhile.
 *
 * @param first the app of the settings: its secret and its origins stand there, and each start puts them back
 * @returns what is to be printed.
 * @throws {BadCommand}
 */
export async function runAppCommand(
  at: {
    store: Pick<Store, 'putApp' | 'findApp' | 'listApps'>;
    keys: KeyWrap;
    first: AppId;
    isOrigin: (text: string) => boolean;
  },
  args: readonly string[],
): Promise<string> {
  const { store, keys, first } = at;
  const [what = '', name = '', ...rest] = args;
  if (what === 'list') return (await store.listApps()).map((app) => describe(app, first)).join('\n');

  for (const app of await store.listApps()) mustOpen(app, keys);
  if (!isAppId(name)) throw new BadCommand(`The id is ${JSON.stringify(name)}. Expected: 1 to 64 of A–Z a–z 0–9 _ -.`);
  const appId = id<AppId>(name);
  const found = await store.findApp(appId);
  const existing = (): App => {
    if (!found) throw new BadCommand(`There is no app ${name}. "app list" names those that are there.`);
    if (appId === first) {
      throw new BadCommand(
        `${name} is the app of the settings: change APP_SECRET, APP_SECRET_OLDER and ALLOWED_ORIGINS instead, and start again.`,
      );
    }
    return found;
  };
  const originsIn = (list: string): string[] => {
    const origins = list.split(',').filter(Boolean);
    const odd = origins.find((origin) => !at.isOrigin(origin));
    if (odd !== undefined)
      throw new BadCommand(
        `${JSON.stringify(odd)} is no origin. Expected: https://shop.test, without path or final slash.`,
      );
    return origins;
  };

  switch (what) {
    case 'create': {
      if (found) throw new BadCommand(`There is an app ${name} already. "app rotate ${name}" gives it a new secret.`);
      const { values } = parseArgs({ args: [...rest], options: { origins: { type: 'string', default: '' } } });
      const secret = newSecret();
      await store.putApp(appOf({ appId, secret, origins: originsIn(values.origins) }, keys));
      return `App ${name} is there. Its secret, shown this once:\n${secret}`;
    }
    case 'origins': {
      const app = existing();
      await store.putApp({ ...app, origins: originsIn(rest[0] ?? '') });
      return `${name} may be embedded by: ${rest[0] ?? 'its own server only'}. Within half a minute.`;
    }
    case 'rotate': {
      const app = existing();
      if (app.older)
        throw new BadCommand(`${name} has two secrets already. "app retire ${name}" ends the older one first.`);
      const { secretHash, secretWrapped } = app;
      const secret = newSecret();
      await store.putApp({ ...app, ...keptAs(secret, appId, keys), older: { secretHash, secretWrapped } });
      return `App ${name} has a new secret, shown this once. The one before counts until "app retire ${name}".\n${secret}`;
    }
    case 'retire': {
      const { older: _, ...app } = existing();
      await store.putApp(app);
      return `Of ${name} only the newest secret counts now.`;
    }
    default:
      throw new BadCommand(`There is no command "app ${what}". Expected:\n${appUsage}`);
  }
}

/** With another key what is written would be a mix that no server starts on. @throws {BadCommand} */
function mustOpen(app: App, keys: KeyWrap): void {
  try {
    for (const secret of secretsOf(app, keys)) secret.fill(0);
  } catch {
    throw new BadCommand(
      'MASTER_KEY is not the one that the data was made with. Expected: that one, or another DATA_DIR.',
    );
  }
}

const newSecret = () => randomBytes(SECRET_BYTES).toString('base64url');

const keptAs = (secret: string, appId: AppId, keys: KeyWrap) => ({
  secretHash: sha256(secret),
  secretWrapped: keys.wrap(new TextEncoder().encode(secret), contextOf(appId)),
});

const describe = ({ appId, older, origins }: App, first: AppId): string =>
  [appId, appId === first ? 'of the settings' : '', older ? 'two secrets' : '', origins.join(',')]
    .filter(Boolean)
    .join('  ');
