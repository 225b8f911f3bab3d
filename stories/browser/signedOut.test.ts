import { ada, bo, cy } from '@trialogue/testkit';
import type { Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { desktop } from './chromium.ts';
import { messageBox } from './conversation.ts';
import { openScene, type Scene } from './scene.ts';
import { until } from './until.ts';

let scene: Scene;
beforeAll(async () => void (scene = await openScene()));
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(() => scene.close());

const userInfoIn = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [localStorage, sessionStorage].flatMap((storage) =>
      Object.keys(storage).filter((key) => key.startsWith('userInfo')),
    ),
  );

test('any answer with code 401, HTTP status 200, clears userInfo and leads to /login/logout', async () => {
  const { page } = await scene.newcomer(desktop);
  await page.goto(`${scene.node.origin}/login`);
  await page.getByRole('button', { name: `以 ${cy.name} 的身份登录` }).click();
  await page.getByRole('button', { name: /春茶/ }).waitFor();
  expect(await userInfoIn(page)).not.toEqual([]);

  await scene.node.platform.revokeTokens(cy.userId);
  const answers: unknown[] = [];
  await page.route(/\/api\/v1\/conversations/, async (route) => {
    const answer = await route.fetch();
    answers.push([answer.status(), await answer.json()]);
    await route.fulfill({ response: answer });
  });
  await page.reload();
  await page.waitForURL('**/login/logout');
  expect(answers).toEqual([[200, expect.objectContaining({ code: 401, data: null, error: 'auth.revoked' })]]);
  await page.getByRole('status').getByText('登录已在别处失效，请重新登录').waitFor();
  expect(await userInfoIn(page)).toEqual([]);
});

test('when the platform revokes the tokens, the open page loses its socket within a second, and goes away', async () => {
  const group = await scene.tea();
  const one = await scene.newcomer();
  const closed = new Promise<number>((resolve) =>
    one.page.on('websocket', (socket) => socket.on('close', () => resolve(performance.now()))),
  );
  await one.page.goto(group.linkOf(ada.userId));
  await messageBox(one.page).waitFor();
  await scene.enter(group.linkOf(bo.userId));

  await scene.node.platform.revokeTokens(ada.userId);
  const revokedAt = performance.now();
  expect((await closed) - revokedAt).toBeLessThan(1000);
  await one.page.waitForURL('**/login/logout');
  expect(await userInfoIn(one.page)).toEqual([]);
  expect(await messageBox(one.page).count()).toBe(0);
});

test('a request that is asked again while its answer is awaited is cancelled; the newer answer counts', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
  await page.getByText('3 位成员').waitFor();
  const asked: Request[] = [];
  const cancelled: Request[] = [];
  page.on('requestfailed', (request) => cancelled.push(request));

  const letGo: (() => void)[] = [];
  await page.route(/\/members$/, async (route) => {
    asked.push(route.request());
    if (asked.length === 1) await new Promise<void>((resolve) => letGo.push(resolve));
    await route.continue().catch(() => undefined);
  });
  const members = page.getByRole('dialog', { name: '群成员' });
  await page.getByRole('button', { name: '群成员' }).click();
  await until(() => asked.length).toBeGreaterThan(0);
  await members.getByRole('button', { name: '关闭' }).click();
  await page.getByRole('button', { name: '群成员' }).click();
  await until(() => cancelled.includes(asked[0]!)).toBe(true);
  letGo.forEach((go) => go());
  await members.getByText(bo.name).waitFor();
  expect(await page.getByRole('alert').filter({ hasText: /./ }).count()).toBe(0);
});

test('an access token that has run out is renewed silently, once for all that wait', async () => {
  const { page } = await scene.newcomer(desktop);
  await page.goto(`${scene.node.origin}/login`);
  await page.getByRole('button', { name: `以 ${cy.name} 的身份登录` }).click();
  await page.getByRole('button', { name: /春茶/ }).waitFor();

  let isExpired = true;
  const renewals: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/session/refresh')) renewals.push(request.url());
  });
  await page.route(/\/api\/v1\/conversations/, async (route) => {
    if (!isExpired) return route.continue();
    isExpired = false;
    const body = { code: 401, data: null, msg: 'The token has expired.', error: 'auth.expired', requestId: 'r' };
    return route.fulfill({ status: 200, contentType: 'application/json', body: JSON.stringify(body) });
  });
  const before = await page.evaluate(() => sessionStorage.getItem('userInfo'));
  await page.reload();
  await until(() => renewals.length).toBe(1);
  await page.getByRole('button', { name: /春茶/ }).waitFor();
  await until(() => page.evaluate(() => sessionStorage.getItem('userInfo'))).not.toBe(before);
  expect(page.url()).toBe(`${scene.node.origin}/login`);
});
