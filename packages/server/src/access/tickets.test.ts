import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';

import { id, type AppId, type DlgId, type UserId } from '@trialogue/protocol';
import { ada, bo, mal, shop, tea } from '@trialogue/testkit';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { appSecret, openAccess, type Access } from './accessUnderTest.ts';
import { appOf } from './apps.ts';
import { masterKey } from './masterKey.ts';

let at: Access;
beforeEach(async () => {
  at = await openAccess();
});
afterEach(() => at.close());

const utf8 = new TextEncoder();
const now = () => Math.floor(at.clock.now() / 1000);
const claims = () => ({
  iss: 'shop',
  aud: 'im',
  sub: 'ada',
  grp: 'tea',
  jti: randomBytes(8).toString('hex'),
  iat: now(),
  exp: now() + 600,
});

/** A ticket as a platform's backend signs it, with one thing different. */
const signed = ({
  header = {},
  body = {},
  secret = appSecret,
}: { header?: object; body?: object; secret?: string } = {}) =>
  new SignJWT({ ...claims(), ...body })
    .setProtectedHeader({ alg: 'HS256', typ: 'im-ticket+jwt', kid: 'shop', ...header })
    .sign(utf8.encode(secret));

/** The same by hand: jose would not sign these. */
function forged(header: object, body: object = claims(), key: string | Buffer | undefined = appSecret): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signedText = `${part(header)}.${part(body)}`;
  return `${signedText}.${key === undefined ? '' : createHmac('sha256', key).update(signedText).digest('base64url')}`;
}

const open = (ticket: string, userId: UserId = ada.userId, groupId: DlgId = tea) =>
  at.signIn.exchangeTicket({ ticket, userId, groupId });
const without = (name: string) => signed({ body: { [name]: undefined } });

test('a ticket that a backend signed offline opens a session of that user in that group', async () => {
  const session = await open(await signed());
  expect(session).toMatchObject({ userId: 'ada', urole: 'user', expiresAt: at.clock.now() + 15 * 60_000 });
  expect(await at.signIn.authenticate(session.token)).toMatchObject({ appId: shop, userId: 'ada', onlyDlg: tea });
});

test('a ticket works once (T2)', async () => {
  const ticket = await signed();
  await open(ticket);
  await expect(open(ticket)).rejects.toMatchObject({ refusal: 'ticket.used' });
});

test('of a hundred who open one link at the same moment, one comes in (T32)', async () => {
  const ticket = await signed();
  const outcomes = await Promise.allSettled(Array.from({ length: 100 }, () => open(ticket)));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
});

test('whose link it is cannot be changed in the address bar (T1)', async () => {
  const ticket = await signed();
  await expect(open(ticket, bo.userId)).rejects.toMatchObject({ refusal: 'ticket.mismatch' });
  await expect(open(ticket, ada.userId, id<DlgId>('coffee'))).rejects.toMatchObject({ refusal: 'ticket.mismatch' });
  await expect(open(ticket)).resolves.toMatchObject({ userId: 'ada' });
});

test('an outsider with a true ticket is refused, and keeps the ticket for when they are in', async () => {
  const ticket = await signed({ body: { sub: 'mal' } });
  await expect(open(ticket, mal.userId)).rejects.toMatchObject({ refusal: 'conversation.not_member' });
  await at.store.addMembers(
    { appId: shop, dlgId: tea },
    {
      now: at.clock.now(),
      members: [
        {
          userId: mal.userId,
          notice: {
            msgId: id('m'),
            clientMsgId: id('c'),
            fromuid: id<UserId>('$system'),
            content: 'sealed',
            epoch: 1,
          },
        },
      ],
    },
  );
  await expect(open(ticket, mal.userId)).resolves.toMatchObject({ userId: 'mal' });
});

test('clocks may be a minute off, not more', async () => {
  const late = await signed({ body: { iat: now() - 600, exp: now() - 59 } });
  await expect(open(late)).resolves.toBeDefined();
  await expect(open(await signed({ body: { iat: now() + 59 } }))).resolves.toBeDefined();
  const tooLate = await signed({ body: { iat: now() - 600, exp: now() - 61 } });
  await expect(open(tooLate)).rejects.toMatchObject({ refusal: 'ticket.expired' });
  await expect(open(await signed({ body: { iat: now() + 61 } }))).rejects.toMatchObject({ refusal: 'ticket.invalid' });
});

test('it lives seven days at the most', async () => {
  const week = 7 * 24 * 3600;
  await expect(open(await signed({ body: { exp: now() + week } }))).resolves.toBeDefined();
  await expect(open(await signed({ body: { exp: now() + week + 1 } }))).rejects.toMatchObject({
    refusal: 'ticket.invalid',
  });
});

test('it lives as long as the limit says at the most, and so do the links of the server itself', async () => {
  await at.close();
  at = await openAccess({ ticketMs: 600_000 });
  await expect(open(await signed({ body: { exp: now() + 599 } }))).resolves.toBeDefined();
  await expect(open(await signed({ body: { exp: now() + 600 } }))).resolves.toBeDefined();
  await expect(open(await signed({ body: { exp: now() + 601 } }))).rejects.toMatchObject({
    refusal: 'ticket.invalid',
    detail: 'exp may be at most 600 seconds after iat.',
  });
  const app = await at.signIn.authenticateApp(appSecret);
  const link = (ttlSeconds?: number) =>
    at.signIn.createLink(app, { dlgId: tea, userId: ada.userId, ...(ttlSeconds !== undefined && { ttlSeconds }) });
  const { url, expiresAt } = await link();
  expect(expiresAt).toBe(at.clock.now() + 600_000);
  await expect(open(url.split('#ticket=')[1] ?? '')).resolves.toBeDefined();
  await expect(link(601)).rejects.toMatchObject({
    refusal: 'request.malformed',
    detail: 'ttlSeconds: expected at most 600.',
  });
});

describe('it is no ticket (T3):', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });

  test.each<[string, () => Promise<string> | string]>([
    ['unsigned, alg none', () => forged({ alg: 'none', typ: 'im-ticket+jwt', kid: 'shop' }, claims(), undefined)],
    ['alg none, signed', () => forged({ alg: 'none', typ: 'im-ticket+jwt', kid: 'shop' })],
    ['alg RS256 over an HMAC', () => forged({ alg: 'RS256', typ: 'im-ticket+jwt', kid: 'shop' })],
    ['HS256 under a public key', () => forged({ alg: 'HS256', typ: 'im-ticket+jwt', kid: 'shop' }, claims(), pem)],
    ['HS512', () => signed({ header: { alg: 'HS512' } })],
    ['another secret', () => signed({ secret: `${appSecret.slice(0, -1)}x` })],
    ['no typ', () => signed({ header: { typ: undefined } })],
    ['typ JWT', () => signed({ header: { typ: 'JWT' } })],
    ['an access token', async () => (await at.signIn.createToken(shop, ada.userId)).token],
    ['no kid', () => signed({ header: { kid: undefined } })],
    ['a kid that is no text', () => signed({ header: { kid: { $ne: '' } } })],
    ['an app that is not there', () => signed({ header: { kid: 'coffee' }, body: { iss: 'coffee' } })],
    ['another issuer', () => signed({ body: { iss: 'coffee' } })],
    ['another audience', () => signed({ body: { aud: 'crm' } })],
    ['no iss', () => without('iss')],
    ['no aud', () => without('aud')],
    ['no sub', () => without('sub')],
    ['no grp', () => without('grp')],
    ['no jti', () => without('jti')],
    ['no iat', () => without('iat')],
    ['no exp', () => without('exp')],
    ['an exp that is text', () => signed({ body: { exp: String(now() + 600) } })],
    ['a sub that is a list', () => signed({ body: { sub: ['ada'] } })],
    ['an empty jti', () => signed({ body: { jti: '' } })],
    ['not valid yet', () => signed({ body: { nbf: now() + 3600 } })],
    [
      'an unknown critical header',
      () => forged({ alg: 'HS256', typ: 'im-ticket+jwt', kid: 'shop', crit: ['x'], x: 1 }),
    ],
    ['not a token', () => 'ticket'],
    ['empty', () => ''],
  ])('%s', async (_, make) => {
    await expect(open(await make())).rejects.toMatchObject({ refusal: 'ticket.invalid' });
  });

  test('with claims edited after signing', async () => {
    const [header, body, signature] = (await signed()).split('.');
    const edited = { ...JSON.parse(Buffer.from(body ?? '', 'base64url').toString()), sub: 'bo' };
    const ticket = [header, Buffer.from(JSON.stringify(edited)).toString('base64url'), signature].join('.');
    await expect(open(ticket, bo.userId)).rejects.toMatchObject({ refusal: 'ticket.invalid' });
  });

  test('of another app, for a group of the same name in this one (T29)', async () => {
    const coffee = id<AppId>('coffee');
    const secret = 'z8sYVf3rTn2LbKd7XwPz5JcHm4GgAe9u';
    await at.store.putApp(appOf({ appId: coffee, secret, origins: [] }, masterKey(at.master)));
    const ticket = await signed({ header: { kid: 'coffee' }, body: { iss: 'coffee' }, secret });
    await expect(open(ticket)).rejects.toMatchObject({ refusal: 'conversation.not_member' });
    await expect(
      open(await signed({ header: { kid: 'shop' }, body: { iss: 'coffee' }, secret })),
    ).rejects.toMatchObject({
      refusal: 'ticket.invalid',
    });
  });
});
