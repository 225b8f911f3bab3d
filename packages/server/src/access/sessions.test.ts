import { id, type DlgId, type UserId } from '@trialogue/protocol';
import { ada, bo, mal, shop, tea } from '@trialogue/testkit';
import { SignJWT } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { appSecret, openAccess, type Access } from './accessUnderTest.ts';
import { lifetimes } from './sessions.ts';
import { LEEWAY_SECONDS, accessTokens } from './tokens.ts';

const leewayMs = LEEWAY_SECONDS * 1000;

let at: Access;
beforeEach(async () => {
  at = await openAccess();
});
afterEach(() => at.close());

const pass = (ms: number) => void (at.clock.at += ms);
const enter = () => at.signIn.createToken(shop, ada.userId);

test('a backend signs its agent in for fifteen minutes, or for as long as it says', async () => {
  expect((await enter()).expiresAt).toBe(at.clock.now() + lifetimes.access);
  const { token, expiresAt } = await at.signIn.createToken(shop, ada.userId, 3600);
  expect(expiresAt).toBe(at.clock.now() + 3_600_000);
  expect(await at.signIn.authenticate(token)).toEqual({
    appId: shop,
    userId: 'ada',
    sessionId: expect.any(String),
    expiresAt,
  });
});

test('nobody is signed in who is not there', async () => {
  await expect(at.signIn.createToken(shop, id<UserId>('nobody'))).rejects.toMatchObject({ refusal: 'user.not_found' });
});

test('a token is dead a minute after its time, as clocks differ; a refresh gives a new one (I34)', async () => {
  const { token, refreshToken } = await enter();
  pass(lifetimes.access + leewayMs - 1_000);
  await expect(at.signIn.authenticate(token)).resolves.toMatchObject({ userId: 'ada' });
  pass(1_000);
  await expect(at.signIn.authenticate(token)).rejects.toMatchObject({ refusal: 'auth.expired' });
  const next = await at.signIn.refresh(refreshToken);
  expect(next).toMatchObject({ userId: 'ada', urole: 'user', expiresAt: at.clock.now() + lifetimes.access });
  await expect(at.signIn.authenticate(next.token)).resolves.toMatchObject({ userId: 'ada' });
});

test('a refresh token used twice was stolen: the session is over for both, and sockets hear of it', async () => {
  const stolen = await enter();
  const { sessionId } = await at.signIn.authenticate(stolen.token);
  const next = await at.signIn.refresh(stolen.refreshToken);
  await expect(at.signIn.refresh(stolen.refreshToken)).rejects.toMatchObject({ refusal: 'auth.revoked' });
  await expect(at.signIn.authenticate(next.token)).rejects.toMatchObject({ refusal: 'auth.revoked' });
  await expect(at.signIn.refresh(next.refreshToken)).rejects.toMatchObject({ refusal: 'auth.revoked' });
  expect(at.told[0]).toEqual({ kind: 'revoked', appId: shop, userId: 'ada', sessionIds: [sessionId] });
});

test('knowing the number of a session is not enough to end or to refresh it', async () => {
  const { token } = await enter();
  const { sessionId } = await at.signIn.authenticate(token);
  for (const guess of [`${sessionId}.`, `${sessionId}.guess`, sessionId, '', '.', 'nobody.guess']) {
    await expect(at.signIn.refresh(guess)).rejects.toMatchObject({ refusal: 'auth.invalid' });
  }
  await expect(at.signIn.authenticate(token)).resolves.toBeDefined();
  expect(at.told).toEqual([]);
});

test('a session that is not refreshed for a day is over', async () => {
  const { refreshToken } = await enter();
  pass(lifetimes.idle);
  await expect(at.signIn.refresh(refreshToken)).rejects.toMatchObject({ refusal: 'auth.expired' });
});

test('a session is over after seven days, however often it was refreshed', async () => {
  let { refreshToken, token } = await enter();
  for (let hours = 12; hours < 7 * 24; hours += 12) {
    pass(12 * 3_600_000);
    ({ refreshToken, token } = await at.signIn.refresh(refreshToken));
  }
  pass(12 * 3_600_000 + leewayMs);
  await expect(at.signIn.refresh(refreshToken)).rejects.toMatchObject({ refusal: 'auth.expired' });
  await expect(at.signIn.authenticate(token)).rejects.toMatchObject({ refusal: 'auth.expired' });
});

test('the last token of a session does not outlive it', async () => {
  const { token } = await at.signIn.createToken(shop, ada.userId, 8 * 24 * 3600);
  pass(lifetimes.session + leewayMs);
  await expect(at.signIn.authenticate(token)).rejects.toMatchObject({ refusal: 'auth.expired' });
});

test('after a logout the token is dead at once, others of the user live on', async () => {
  const [phone, desk] = [await enter(), await enter()];
  const actor = await at.signIn.authenticate(phone.token);
  await at.signIn.logout(actor);
  await expect(at.signIn.authenticate(phone.token)).rejects.toMatchObject({ refusal: 'auth.revoked' });
  await expect(at.signIn.refresh(phone.refreshToken)).rejects.toMatchObject({ refusal: 'auth.revoked' });
  await expect(at.signIn.authenticate(desk.token)).resolves.toBeDefined();
  expect(at.told[0]).toEqual({ kind: 'revoked', appId: shop, userId: 'ada', sessionIds: [actor.sessionId] });
});

test('revoking ends every session of the user and of nobody else', async () => {
  const [phone, desk, others] = [await enter(), await enter(), await at.signIn.createToken(shop, bo.userId)];
  await at.signIn.revokeTokens(shop, ada.userId);
  for (const { token } of [phone, desk]) {
    await expect(at.signIn.authenticate(token)).rejects.toMatchObject({ refusal: 'auth.revoked' });
  }
  await expect(at.signIn.authenticate(others.token)).resolves.toBeDefined();
  expect(at.told).toHaveLength(1);
  expect(at.told[0]).toMatchObject({ kind: 'revoked', sessionIds: { length: 2 } });
});

test('tokens under another key, of another kind or of a session that is not kept are refused', async () => {
  const expiresAt = at.clock.now() + 60_000;
  const actor = { ...(await at.signIn.authenticate((await enter()).token)) };
  const foreign = await accessTokens(new Uint8Array(32).fill(7), at.clock).sign(actor, expiresAt);
  const masterItself = await new SignJWT({ app: 'shop', sid: actor.sessionId, dlg: '' })
    .setProtectedHeader({ alg: 'HS256', typ: 'im-access+jwt' })
    .setIssuer('trialogue')
    .setSubject('ada')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(at.master);
  const unknown = await at.tokens.sign({ ...actor, sessionId: id('no-such-session') }, expiresAt);
  const exchanged = await at.tokens.sign({ ...actor, userId: bo.userId }, expiresAt);
  for (const token of [foreign, masterItself, unknown, exchanged, appSecret, '', 'a.b.c']) {
    await expect(at.signIn.authenticate(token)).rejects.toMatchObject({ refusal: 'auth.invalid' });
  }
});

test('an app is known by its secret, whole', async () => {
  expect((await at.signIn.authenticateApp(appSecret)).appId).toBe(shop);
  for (const secret of ['', appSecret.slice(1), `${appSecret} `, appSecret.toUpperCase()]) {
    await expect(at.signIn.authenticateApp(secret)).rejects.toMatchObject({ refusal: 'auth.invalid' });
  }
});

test('the secret itself is not in the database', async () => {
  const kept = JSON.stringify(await at.store.listApps());
  expect(kept).not.toContain(appSecret);
  expect(kept).not.toContain(Buffer.from(appSecret).toString('base64url'));
});

test('a link is of the seed’s form, its ticket behind the #, and opens once', async () => {
  const app = await at.signIn.authenticateApp(appSecret);
  const { url, expiresAt } = await at.signIn.createLink(app, { dlgId: tea, userId: ada.userId });
  expect(expiresAt).toBe(at.clock.now() + lifetimes.link);
  const [address, ticket = ''] = url.split('#ticket=');
  expect(address).toBe('https://im.test/groupConversation?groupId=tea&userId=ada');
  const ask = { ticket, groupId: tea, userId: ada.userId };
  await expect(at.signIn.exchangeTicket(ask)).resolves.toMatchObject({ userId: 'ada' });
  await expect(at.signIn.exchangeTicket(ask)).rejects.toMatchObject({ refusal: 'ticket.used' });
});

test('links are for members of conversations that exist', async () => {
  const app = await at.signIn.authenticateApp(appSecret);
  const link = (dlgId: DlgId, userId: UserId) => at.signIn.createLink(app, { dlgId, userId });
  await expect(link(tea, mal.userId)).rejects.toMatchObject({ refusal: 'member.not_found' });
  await expect(link(id<DlgId>('coffee'), ada.userId)).rejects.toMatchObject({ refusal: 'conversation.not_found' });
});
