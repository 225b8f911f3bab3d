import { id, type AppId } from '@trialogue/protocol';
import { shop } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import type { App } from '../chat/ports.ts';
import { keepOrigins } from './origins.ts';

const appOf = (appId: AppId, ...origins: string[]): App => ({ appId, secretHash: '', secretWrapped: '', origins });

test('an app that is made while the server runs may embed its pages from the next look on, and no other’s (T29)', async () => {
  const coffee = id<AppId>('coffee');
  const apps = [appOf(shop, 'https://shop.test')];
  const origins = await keepOrigins(async () => apps, shop);
  expect(origins.of('coffee')).toEqual([]);
  apps.push(appOf(coffee, 'https://coffee.test'));
  expect(origins.has('https://coffee.test')).toBe(false);
  await origins.look();
  expect([origins.of('coffee'), origins.of('shop'), origins.of()]).toEqual([
    ['https://coffee.test'],
    ['https://shop.test'],
    ['https://shop.test'],
  ]);
  expect(origins.has('https://coffee.test')).toBe(true);
});
