import { ada, bo, cy, mal } from '@trialogue/testkit';
import type { Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { entered, messageBox, say, said } from './conversation.ts';
import { openScene, type Scene } from './scene.ts';
import { editTicket, expired, linkTo, signTicket, ticketIn } from './ticket.ts';

let scene: Scene;
// All of these people come from one address, and most of what they show is wrong.
beforeAll(
  async () =>
    void (scene = await openScene({ LIMITS: 'exchangesPerAddressPerMinute=1000,exchangesPerAddressPerHour=1000' })),
);
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(() => scene.close());

/** Lands on the page for signing in, which says why; of the conversation there is nothing to see, and no session. */
async function turnedAway(page: Page, why: string): Promise<void> {
  await page.waitForURL('**/login/logout');
  await page.getByRole('status').getByText(why).waitFor();
  expect(await messageBox(page).count()).toBe(0);
  expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))).not.toContain('"token"');
}

test('a link opens once: in a second browser it says that it was used', async () => {
  const group = await scene.tea();
  await scene.enter(group.linkOf(ada.userId));
  const second = await scene.newcomer();
  await second.page.goto(group.linkOf(ada.userId));
  await turnedAway(second.page, '此链接已被使用过');
});

test('twenty browsers with the same ticket at the same time: one gets in', async () => {
  const group = await scene.tea();
  const body = JSON.stringify({
    groupId: group.groupId,
    userId: ada.userId,
    ticket: ticketIn(group.linkOf(ada.userId)),
  });
  const answers = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(`${scene.node.origin}/api/v1/session`, { method: 'POST', headers, body });
      return (await answer.json()) as { code: number; error?: string };
    }),
  );
  expect(answers.filter(({ code }) => code === 0)).toHaveLength(1);
  expect(answers.filter(({ error }) => error === 'ticket.used')).toHaveLength(19);
});

const turnedAwayWith: [string, string, (group: string) => { userId: string; groupId: string; ticket: string }][] = [
  [
    'an expired ticket',
    '此链接已过期',
    (groupId) => ({
      userId: ada.userId,
      groupId,
      ticket: signTicket(scene.node, { userId: ada.userId, groupId }, expired()),
    }),
  ],
  [
    "Ada's ticket in a link that says Bo (T1)",
    '此链接无效，或不属于该用户',
    (groupId) => ({ userId: bo.userId, groupId, ticket: signTicket(scene.node, { userId: ada.userId, groupId }) }),
  ],
  [
    'a ticket to another group (T1)',
    '此链接无效，或不属于该用户',
    (groupId) => ({
      userId: ada.userId,
      groupId,
      ticket: signTicket(scene.node, { userId: ada.userId, groupId: 'another' }),
    }),
  ],
  [
    'a ticket in which the user was edited',
    '此链接无效，或不属于该用户',
    (groupId) => ({
      userId: bo.userId,
      groupId,
      ticket: editTicket(signTicket(scene.node, { userId: ada.userId, groupId }), { sub: bo.userId }),
    }),
  ],
  [
    'a ticket that somebody signed with a secret of their own',
    '此链接无效，或不属于该用户',
    (groupId) => ({
      userId: ada.userId,
      groupId,
      ticket: signTicket(scene.node, { userId: ada.userId, groupId }, { secret: 'not the secret of this app' }),
    }),
  ],
  [
    'a ticket that lives longer than seven days',
    '此链接无效，或不属于该用户',
    (groupId) => ({
      userId: ada.userId,
      groupId,
      ticket: signTicket(scene.node, { userId: ada.userId, groupId }, { exp: Math.floor(Date.now() / 1000) + 691_200 }),
    }),
  ],
];

test.for(turnedAwayWith)('%s leads to the page for signing in', async ([, why, made]) => {
  const group = await scene.tea();
  const { ticket, ...who } = made(group.groupId);
  const { page } = await scene.newcomer();
  await page.goto(linkTo(scene.node, who, `#ticket=${ticket}`));
  await turnedAway(page, why);
});

test('an outsider with a good ticket to a group that is not theirs gets nothing of it', async () => {
  const group = await scene.tea();
  await scene.node.platform.post(group.groupId, ada.userId, { type: 'text', text: '内部消息' });
  const { page } = await scene.newcomer();
  const who = { userId: mal.userId, groupId: group.groupId };
  await page.goto(linkTo(scene.node, who, `#ticket=${signTicket(scene.node, who)}`));
  await page.getByRole('alert').getByText('会话不存在，或你不在其中').waitFor();
  expect(await page.getByText('内部消息').count()).toBe(0);
  expect(await messageBox(page).count()).toBe(0);
});

test('when the server cannot answer the first time, trying again with the same ticket lets Ada in', async () => {
  const group = await scene.tea();
  const { page } = await scene.newcomer();
  scene.foresee(/net::ERR_FAILED|status of 503/);
  const body = { code: 1, data: null, msg: 'The server is going away.', error: 'server.draining', requestId: 'r' };
  const failures = [
    (route: Route) => route.abort(),
    (route: Route) => route.fulfill({ status: 503, contentType: 'application/json', body: JSON.stringify(body) }),
  ];
  await page.route(/\/api\/v1\/session$/, (route) => (failures.shift() ?? ((it) => it.continue()))(route));
  await page.goto(group.linkOf(ada.userId));
  await page.getByRole('alert').getByText('网络连接失败').waitFor();
  await page.getByRole('button', { name: '重试' }).click();
  await page.getByRole('alert').getByText('服务正在更新，请稍后再试').waitFor();
  await page.getByRole('button', { name: '重试' }).click();
  await entered(page);
});

test.for(['#ticket=', '&ticket='])(
  'a ticket that the backend signed by itself works after %s, and is taken out of the address bar',
  async (before) => {
    const group = await scene.tea();
    const who = { userId: bo.userId, groupId: group.groupId };
    const { page } = await scene.newcomer();
    await page.goto(linkTo(scene.node, who, before + signTicket(scene.node, who)));
    await entered(page);
    expect(page.url()).toBe(linkTo(scene.node, who));
    // The browser's history does not know it either.
    expect(await page.evaluate(() => history.length)).toBeLessThanOrEqual(2);
    await page.goto('about:blank');
    await page.goBack();
    await entered(page);
    expect(page.url()).toBe(linkTo(scene.node, who));
  },
);

test("the seed's link, without a ticket: works where that user is signed in, and nowhere else", async () => {
  const group = await scene.tea();
  const here = await scene.enter(group.linkOf(ada.userId));
  const bare = linkTo(scene.node, { userId: ada.userId, groupId: group.groupId });

  const tab = await here.context.newPage();
  await tab.goto(bare);
  await entered(tab);
  await say(tab, '另一个标签页');
  await said(here.page, '另一个标签页').waitFor();

  // Nobody becomes Bo by writing his name into the address.
  const spoofed = await here.context.newPage();
  await spoofed.goto(linkTo(scene.node, { userId: bo.userId, groupId: group.groupId }));
  await spoofed.waitForURL('**/login');
  await spoofed.getByRole('status').getByText('请先登录').waitFor();

  const elsewhere = await scene.newcomer();
  await elsewhere.page.goto(bare);
  await elsewhere.page.waitForURL('**/login');
  await elsewhere.page.getByRole('status').getByText('请先登录').waitFor();

  // Once signed in there, the conversation that was wanted is gone to.
  await elsewhere.page.getByRole('button', { name: `以 ${ada.name} 的身份登录` }).click();
  await entered(elsewhere.page);
});

test('a used link still leads back in the browser that used it', async () => {
  const group = await scene.tea();
  const { page, context } = await scene.enter(group.linkOf(cy.userId));
  await page.close();
  const again = await context.newPage();
  await again.goto(group.linkOf(cy.userId));
  await entered(again);
});

test('with a dead token the page goes to /login/logout', async () => {
  const group = await scene.tea();
  const { page, context } = await scene.enter(group.linkOf(ada.userId));
  await page.close();
  await scene.node.platform.revokeTokens(ada.userId);
  const again = await context.newPage();
  await again.goto(linkTo(scene.node, { userId: ada.userId, groupId: group.groupId }));
  await turnedAway(again, '登录已');
});

test('signing out ends the session for good', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId));
  const address = page.url();
  const kept = await page.evaluate(() => sessionStorage.getItem('userInfo') ?? '{}');
  await page.getByRole('button', { name: '群成员' }).click();
  await page.getByRole('dialog', { name: '群成员' }).getByRole('button', { name: '退出登录' }).click();
  await turnedAway(page, '你已退出登录');

  const { token } = JSON.parse(kept) as { token: string };
  const answer = await fetch(`${scene.node.origin}/api/v1/conversations`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(await answer.json()).toMatchObject({ code: 401, error: 'auth.revoked' });
  await page.goto(address);
  await page.waitForURL('**/login');
});
