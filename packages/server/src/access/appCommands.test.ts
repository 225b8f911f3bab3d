import { randomBytes } from 'node:crypto';

import { id, type AppId, type DlgId } from '@trialogue/protocol';
import { ada, shop, tea } from '@trialogue/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { appSecret, openHttp, type Http } from '../http/httpUnderTest.ts';
import { runAppCommand } from './appCommands.ts';
import { sha256 } from './apps.ts';
import { masterKey } from './masterKey.ts';
import { signTicket } from './tickets.ts';

const coffee = id<AppId>('coffee');
let at: Http;
beforeEach(async () => {
  at = await openHttp();
});
afterEach(() => at.close());

const run = (...args: string[]) =>
  runAppCommand({ store: at.store, keys: at.keys, first: shop, isOrigin: (text) => text.startsWith('https://') }, args);
const secretIn = (printed: string) => printed.split('\n').at(-1) ?? '';
const groupsOf = async (secret: string) =>
  (await at.ask('PUT /platform/v1/users/bea', { as: secret, body: { name: 'Bea', urole: 'user' } })).status;
const linkSignedWith = async (secret: string) => {
  const who = { appId: coffee, userId: id<typeof ada.userId>('bea'), dlgId: id<DlgId>('beans') };
  const ticket = await signTicket({ ...who, expiresAt: at.clock.now() + 60_000 }, Buffer.from(secret), at.clock);
  return at.ask('POST /api/v1/session', { body: { groupId: who.dlgId, userId: who.userId, ticket } });
};

describe('one more app', () => {
  test('has a secret that is printed once and lies nowhere in the clear, and its own people and groups', async () => {
    const printed = await run('create', 'coffee', '--origins', 'https://coffee.test,https://beans.test');
    const secret = secretIn(printed);
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(await at.store.findApp(coffee)).toMatchObject({
      secretHash: sha256(secret),
      origins: ['https://coffee.test', 'https://beans.test'],
    });
    expect(JSON.stringify(await at.store.listApps())).not.toContain(secret);
    expect(await groupsOf(secret)).toBe(200);
    // The same id in both is two conversations (T29).
    const made = await at.ask('POST /platform/v1/groups', {
      as: secret,
      body: { groupId: tea, name: 'Beans', members: [{ userId: 'bea' }] },
    });
    expect(made).toMatchObject({ status: 200 });
    const { token } = (await at.ask('POST /platform/v1/users/bea/tokens', { as: secret, body: {} })).json.data as {
      token: string;
    };
    const beas = await at.ask('GET /api/v1/conversation?groupId=tea', { as: token });
    const adas = await at.ask('GET /api/v1/conversation?groupId=tea', { as: await at.tokenOf(ada) });
    expect([beas.json.data, adas.json.data]).toMatchObject([{ name: 'Beans' }, { name: 'Tea' }]);
    expect((beas.json.data as { dlgKey: string }).dlgKey).not.toBe((adas.json.data as { dlgKey: string }).dlgKey);
    expect((await at.ask('GET /platform/v1/groups/cake/transcript', { as: secret })).status).toBe(404);
  });

  test('is listed, without anything secret', async () => {
    await run('create', 'coffee');
    expect(await run('list')).toBe('coffee\nshop  of the settings  https://shop.test');
  });

  test.for<[string[], string]>([
    [['create', 'shop'], 'There is an app shop already.'],
    [['create', 'no id'], 'The id is "no id". Expected: 1 to 64'],
    [['create', 'x', '--origins', '*'], '"*" is no origin.'],
    [['rotate', 'milk'], 'There is no app milk.'],
    [['rotate', 'shop'], 'shop is the app of the settings'],
    [['delete', 'x'], 'There is no command "app delete".'],
  ])('%j is refused in words', async ([args, says]) => {
    await expect(run(...args)).rejects.toThrow(says);
  });
});

test('with another master key nothing is written', async () => {
  const keys = masterKey(new Uint8Array(randomBytes(32)));
  const wrong = runAppCommand({ store: at.store, keys, first: shop, isOrigin: () => true }, ['create', 'coffee']);
  await expect(wrong).rejects.toThrow('MASTER_KEY is not the one');
  expect(await at.store.findApp(coffee)).toBeUndefined();
});

describe('a new secret (two count at a time)', () => {
  test('both count, for requests and for tickets, until the older one is retired', async () => {
    const older = secretIn(await run('create', 'coffee'));
    expect(await groupsOf(older)).toBe(200);
    const members = [{ userId: 'bea' }];
    await at.ask('POST /platform/v1/groups', { as: older, body: { groupId: 'beans', name: 'Beans', members } });
    const newer = secretIn(await run('rotate', 'coffee'));
    expect([await groupsOf(older), await groupsOf(newer)]).toEqual([200, 200]);
    for (const secret of [older, newer]) expect((await linkSignedWith(secret)).json).toMatchObject({ code: 0 });
    await expect(run('rotate', 'coffee')).rejects.toThrow('has two secrets already');

    await run('retire', 'coffee');
    expect([await groupsOf(older), await groupsOf(newer)]).toEqual([401, 200]);
    expect((await linkSignedWith(older)).json).toMatchObject({ code: 401, error: 'ticket.invalid' });
    expect((await linkSignedWith(newer)).json).toMatchObject({ code: 0 });
    expect(await groupsOf(appSecret)).toBe(200);
  });
});
