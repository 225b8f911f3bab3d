import { createHash, timingSafeEqual } from 'node:crypto';

import { Refused, type AppId } from '@trialogue/protocol';

import type { App, KeyWrap, Store } from '../chat/ports.ts';

export const contextOf = (appId: AppId) => ['app-secret', appId] as const;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** An app as it is kept: its secrets to be recognised by, and to verify tickets with. */
export function appOf(
  given: { appId: AppId; secret: string; olderSecret?: string; origins: string[] },
  wrap: KeyWrap,
): App {
  const kept = (secret: string) => ({
    secretHash: sha256(secret),
    secretWrapped: wrap.wrap(new TextEncoder().encode(secret), contextOf(given.appId)),
  });
  return {
    appId: given.appId,
    ...kept(given.secret),
    ...(given.olderSecret !== undefined && { older: kept(given.olderSecret) }),
    origins: given.origins,
  };
}

/** @throws {Error} when it was wrapped under another master key. */
export const secretOf = (app: App, wrap: KeyWrap): Uint8Array => wrap.unwrap(app.secretWrapped, contextOf(app.appId));

/** All that count just now, the newest first. @throws {Error} when they were wrapped under another master key. */
export const secretsOf = (app: App, wrap: KeyWrap): Uint8Array[] =>
  [app, ...(app.older ? [app.older] : [])].map(({ secretWrapped }) => wrap.unwrap(secretWrapped, contextOf(app.appId)));

/** @throws {Refused} auth.invalid */
export async function appWithSecret(secret: string, store: Pick<Store, 'findAppBySecretHash'>): Promise<App> {
  const hash = sha256(secret);
  const app = await store.findAppBySecretHash(hash);
  const isOf = (kept: string | undefined) =>
    kept !== undefined && timingSafeEqual(Buffer.from(kept), Buffer.from(hash));
  if (!app || !(isOf(app.secretHash) || isOf(app.older?.secretHash))) throw new Refused('auth.invalid');
  return app;
}
