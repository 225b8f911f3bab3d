import { createHash, timingSafeEqual } from 'node:crypto';

import { Refused, type AppId } from '@trialogue/protocol';

import type { App, KeyWrap, Store } from '../chat/ports.ts';

const contextOf = (appId: AppId) => ['app-secret', appId] as const;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** An app as it is kept: its secret to be recognised by, and to verify tickets with. */
export const appOf = (given: { appId: AppId; secret: string; origins: string[] }, wrap: KeyWrap): App => ({
  appId: given.appId,
  secretHash: sha256(given.secret),
  secretWrapped: wrap.wrap(new TextEncoder().encode(given.secret), contextOf(given.appId)),
  origins: given.origins,
});

/** @throws {Error} when it was wrapped under another master key. */
export const secretOf = (app: App, wrap: KeyWrap): Uint8Array => wrap.unwrap(app.secretWrapped, contextOf(app.appId));

/** @throws {Refused} auth.invalid */
export async function appWithSecret(secret: string, store: Pick<Store, 'findAppBySecretHash'>): Promise<App> {
  const hash = sha256(secret);
  const app = await store.findAppBySecretHash(hash);
  if (!app || !timingSafeEqual(Buffer.from(app.secretHash), Buffer.from(hash))) throw new Refused('auth.invalid');
  return app;
}
