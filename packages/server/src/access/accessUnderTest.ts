import { randomBytes } from 'node:crypto';

import { limits, type Limits } from '@trialogue/protocol';
import { ada, bo, cy, mal, shop, tea } from '@trialogue/testkit';

import type { Notice, Store } from '../chat/ports.ts';
import { openInProcess } from '../storage/sqlite/inProcess.ts';
import { appOf } from './apps.ts';
import { masterKey } from './masterKey.ts';
import { createSignIn } from './sessions.ts';
import type { SignIn } from './signIn.ts';
import { accessTokens, type AccessTokens } from './tokens.ts';

export const appSecret = 'q8sYVf3rTn2LbKd7XwPz5JcHm4GgAe9u';

export interface Access {
  store: Store;
  signIn: SignIn;
  tokens: AccessTokens;
  master: Uint8Array;
  told: Notice[];
  clock: { now(): number; at: number };
  /** What `signIn` is made of. */
  parts: Parameters<typeof createSignIn>[0];
  close(): Promise<void>;
}

/** The tea shop with Ada, Bo and Cy in the conversation `tea`, and Mal in none; on a clock that stands still. */
export async function openAccess(changed: Partial<Limits> = {}): Promise<Access> {
  const store = await openInProcess();
  const master = new Uint8Array(randomBytes(32));
  const wrap = masterKey(master);
  const clock = { at: 1_760_000_000_000, now: () => clock.at };
  const told: Notice[] = [];
  const tokens = accessTokens(master, clock);
  const bus = { tell: async (notice: Notice) => void told.push(notice), listen: () => () => {}, close: async () => {} };

  await store.putApp(appOf({ appId: shop, secret: appSecret, origins: [] }, wrap));
  for (const person of [ada, bo, cy, mal]) await store.putUser(shop, { ...person, avatar: '', remark: '' });
  await store.createConversation({
    appId: shop,
    dlgId: tea,
    name: 'Tea',
    members: [ada, bo, cy].map(({ userId }) => ({ userId })),
    key: { epoch: 1, wrapped: wrap.wrap(randomBytes(32), ['test']) },
    now: clock.now(),
  });
  const parts = {
    store,
    wrap,
    tokens,
    bus,
    clock,
    publicUrl: () => 'https://im.test',
    limits: { ...limits, ...changed },
  };
  return { store, signIn: createSignIn(parts), tokens, master, told, clock, parts, close: () => store.close() };
}
