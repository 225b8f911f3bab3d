import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { ada, cy, mal } from '@trialogue/testkit';
import type { Frame, FrameLocator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { desktop, type Person } from './chromium.ts';
import { entered, hears, messageBox, said, say } from './conversation.ts';
import { heardBy } from './embedded.ts';
import { attacker, embedding, seedsDesk } from './hosts.ts';
import { openScene, type Scene } from './scene.ts';
import { startSite, type Site } from './site.ts';
import { until } from './until.ts';

const built = (name: string) => readFileSync(fileURLToPath(new URL(`../../apps/web/dist/${name}`, import.meta.url)));

let desk: Site;
let stranger: Site;
let scene: Scene;

beforeAll(async () => {
  [desk, stranger] = await Promise.all([startSite(), startSite()]);
  for (const name of ['test.html', 'test.css', 'test.js']) desk.pages.set(`/${name}`, built(name));
  scene = await openScene({ ALLOWED_ORIGINS: desk.origin });
});
afterAll(async () => {
  await scene.close();
  await Promise.all([desk.close(), stranger.close()]);
});
afterEach(async () => expect(await scene.leave()).toEqual([]));

const frameOf = (page: Page): FrameLocator => page.frameLocator('#myFrame');
const logOf = (page: Page) => page.getByRole('log', { name: 'postMessage log' });

async function signIn(page: Page, name: string): Promise<void> {
  await page.getByRole('combobox', { name: '客服账号 Agent' }).selectOption({ label: name });
  await page.getByRole('button', { name: '登录 Sign in' }).click();
}

async function openDesk(origin: string): Promise<Person> {
  const agent = await scene.newcomer(desktop);
  await agent.page.goto(`${origin}/test.html?server=${scene.node.origin}`);
  return agent;
}

/** A page of `site` that shows the conversation in a frame and writes down all that it hears. */
async function openHost(site: Site): Promise<Person> {
  site.pages.set('/host.html', embedding(`${scene.node.origin}/groupConversation`));
  const one = await scene.newcomer(desktop);
  await one.page.goto(`${site.origin}/host.html`);
  return one;
}

const postToFrame = (page: Page, message: unknown): Promise<void> =>
  page.evaluate((it) => document.querySelector('iframe')!.contentWindow!.postMessage(it, '*'), message);

/** What was posted to the frame before is dealt with when this is over, and what the frame said of it has been heard. */
async function settled(page: Page, frame: Frame): Promise<void> {
  const passed = frame.evaluate(
    () =>
      new Promise<void>((done) => {
        addEventListener('message', (event) => {
          if (event.data === 'barrier') done();
        });
        parent.postMessage('waiting', '*');
      }),
  );
  await until(() => heardBy(page)).toContainEqual({ origin: expect.any(String), data: 'waiting' });
  await postToFrame(page, 'barrier');
  await passed;
  await frame.evaluate(() => parent.postMessage('done', '*'));
  await until(() => heardBy(page)).toContainEqual({ origin: expect.any(String), data: 'done' });
}

test.for(['its own server', 'a site of its own'])(
  'Cy signs in at the desk on %s, takes a conversation, and talks with Ada both ways',
  async (where) => {
    const group = await scene.tea(`售后 ${where}`);
    const adas = await scene.enter(group.linkOf(ada.userId));
    await say(adas.page, '茶罐碎了');

    const { page } = await openDesk(where === 'its own server' ? scene.node.origin : desk.origin);
    await signIn(page, cy.name);
    await logOf(page).getByText('bindUserSuccess').waitFor();
    await page.getByRole('button', { name: `售后 ${where}` }).click();
    const frame = frameOf(page);
    await entered(frame);
    await hears(frame, '茶罐碎了');
    await say(frame, '马上为您补发');
    await hears(adas.page, '马上为您补发');
    await said(adas.page, '马上为您补发').getByText(cy.name).waitFor();
    await say(adas.page, '谢谢');
    await hears(frame, '谢谢');

    // No secret is on the page's log, and the token in no storage of the frame.
    expect(await logOf(page).textContent()).not.toMatch(/eyJ|"dlgKey":"(?!…)/);
    const kept = await page.frames()[1]!.evaluate(() => JSON.stringify([localStorage, sessionStorage]));
    expect(kept).not.toContain('eyJ');
  },
);

test('a message in another conversation is counted at the desk', async () => {
  const [first, second] = [await scene.tea('安静的会话'), await scene.tea('热闹的会话')];
  const { page } = await openDesk(desk.origin);
  await signIn(page, cy.name);
  await page.getByRole('button', { name: '安静的会话' }).click();
  await entered(frameOf(page));
  await scene.node.platform.post(second.groupId, ada.userId, { type: 'text', text: '在吗' });
  await page.getByRole('button', { name: /热闹的会话\s*1/ }).waitFor();
  expect(first.groupId).not.toBe(second.groupId);
});

test('T27: when another agent signs in at the same desk, nothing of the one before is left', async () => {
  const { node } = scene;
  await node.platform.putUser('dee', 'Dee 客服小狄', 'service');
  const cys = await node.platform.createGroup('只有小陈的会话', [ada.userId, cy.userId]);
  const dees = await node.platform.createGroup('只有小狄的会话', [ada.userId, 'dee']);
  await node.platform.post(cys.groupId, ada.userId, { type: 'text', text: '给小陈的秘密' });

  const { page } = await openHost(desk);
  const frame = page.frames()[1]!;
  const transfer = async (userId: string) => {
    const { token } = await node.platform.createToken(userId);
    await postToFrame(page, { action: 'transferUser', payload: { token, userId, urole: 'service' } });
    await until(() => heardBy(page)).toContainEqual({
      origin: node.origin,
      data: { action: 'bindUserSuccess', payload: { userId } },
    });
  };

  await transfer(cy.userId);
  await postToFrame(page, { action: 'selectConversation', payload: { dlgId: cys.groupId, name: '只有小陈的会话' } });
  await hears(frame, '给小陈的秘密');
  await messageBox(frame).fill('没写完的话');

  await transfer('dee');
  await frame.getByText('请选择一个会话').waitFor();
  expect(await frame.getByText('给小陈的秘密').count()).toBe(0);
  expect(await messageBox(frame).count()).toBe(0);

  // Not even when the page asks for it by name, with the key of the one before.
  await postToFrame(page, { action: 'selectConversation', payload: { dlgId: cys.groupId } });
  await frame.getByRole('alert').getByText('会话不存在，或你不在其中').waitFor();
  await postToFrame(page, { action: 'selectConversation', payload: { dlgId: dees.groupId } });
  await entered(frame);
  expect(await messageBox(frame).inputValue()).toBe('');
  await say(frame, '我是小狄');
  await said(frame, '我是小狄').getByText('已发送').waitFor();
  expect((await node.platform.transcript(dees.groupId)).map(({ fromuid }) => fromuid)).toEqual(['dee']);
});

test("a wrong token, a dead one and somebody else's give `unauthorized`, never a session", async () => {
  const { page } = await openHost(desk);
  const { token } = await scene.node.platform.createToken(mal.userId);
  const transfers = [
    { token: 'nonsense', userId: cy.userId, urole: 'service' },
    { token, userId: cy.userId, urole: 'service' },
  ];
  for (const [at, payload] of transfers.entries()) {
    await postToFrame(page, { action: 'transferUser', payload });
    await until(
      async () => (await heardBy(page)).filter(({ data }) => isAction(data, 'unauthorized')).length,
    ).toBeGreaterThan(at);
  }
  expect((await heardBy(page)).filter(({ data }) => isAction(data, 'bindUserSuccess'))).toEqual([]);
  expect(await messageBox(page.frames()[1]!).count()).toBe(0);
});

test("the seed's page works as it is written, with '*' as the target", async () => {
  const group = await scene.tea('照着文档写的页面');
  const adas = await scene.enter(group.linkOf(ada.userId));
  await say(adas.page, '你好');
  const { token } = await scene.node.platform.createToken(cy.userId);
  desk.pages.set('/seed.html', seedsDesk(scene.node.origin, { token, userId: cy.userId, urole: 'service' }));

  const agent = await scene.newcomer(desktop);
  await agent.page.goto(`${desk.origin}/seed.html`);
  await agent.page.getByRole('button', { name: '照着文档写的页面' }).click();
  const frame = frameOf(agent.page);
  await hears(frame, '你好');
  await say(frame, '您好，我是客服');
  await hears(adas.page, '您好，我是客服');
});

test('T10: on a site that is not allowed the frame stays blank, and the page hears nothing', async () => {
  const { page } = await openHost(stranger);
  scene.foresee(/frame-ancestors/);
  const { token } = await scene.node.platform.createToken(cy.userId);
  await postToFrame(page, { action: 'transferUser', payload: { token, userId: cy.userId, urole: 'service' } });

  // As long as it takes an allowed site to be answered.
  const allowed = await openHost(desk);
  await postToFrame(allowed.page, { action: 'transferUser', payload: { token, userId: cy.userId, urole: 'service' } });
  await until(async () => (await heardBy(allowed.page)).some(({ data }) => isAction(data, 'bindUserSuccess'))).toBe(
    true,
  );

  expect(page.frames()[1]!.url()).toBe('chrome-error://chromewebdata/');
  expect(await heardBy(page)).toEqual([]);
});

test('T9: where the policy is taken away, a foreign page around the frame is neither heard nor answered', async () => {
  const spied = await scene.newcomer(desktop);
  const { page } = spied;
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.route(/\/groupConversation$/, async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, headers: { 'content-type': 'text/html; charset=utf-8' } });
  });
  stranger.pages.set('/host.html', embedding(`${scene.node.origin}/groupConversation`));
  const configured = page.waitForResponse(/\/api\/v1\/config/);
  await page.goto(`${stranger.origin}/host.html`);
  await configured;
  const frame = page.frames()[1]!;
  await frame.getByText('正在等待网页传入登录身份…').waitFor();

  const { token } = await scene.node.platform.createToken(cy.userId);
  await postToFrame(page, { action: 'transferUser', payload: { token, userId: cy.userId, urole: 'service' } });
  await postToFrame(page, { action: 'selectConversation', payload: { dlgId: 'tea' } });
  await postToFrame(page, { action: 'transferUser', payload: { token: 7 } });
  await settled(page, frame);

  expect((await heardBy(page)).map(({ data }) => data)).toEqual(['waiting', 'done']);
  expect(asked.filter((path) => path.startsWith('/api/') && path.includes('conversation'))).toEqual([]);
  await frame.getByText('正在等待网页传入登录身份…').waitFor();
});

test.for(['a stranger', 'an origin that may embed us'])(
  'T9: a frame beside ours, of %s, cannot speak to it: only the page around it can',
  async (whose) => {
    const { node } = scene;
    const { token } = await node.platform.createToken(cy.userId);
    const message = { action: 'transferUser', payload: { token, userId: cy.userId, urole: 'service' } };
    const other = whose === 'a stranger' ? stranger : desk;
    other.pages.set('/advert.html', attacker(message));
    const advertsFrame = `<iframe src="${other.origin}/advert.html"></iframe>`;
    desk.pages.set('/with-advert.html', embedding(`${node.origin}/groupConversation`, advertsFrame));
    const { page } = await scene.newcomer(desktop);
    await page.goto(`${desk.origin}/with-advert.html`);
    const ours = page.frames().find((each) => each.url().startsWith(node.origin))!;
    const advert = page.frames().find((each) => each.url().endsWith('/advert.html'))!;
    await until(async () => (await heardBy(page)).some(({ data }) => isAction(data, 'ready'))).toBe(true);

    const passed = ours.evaluate(
      () => new Promise<void>((done) => addEventListener('message', (event) => event.data === 'barrier' && done())),
    );
    await advert.evaluate(() => (window as unknown as { attack(): void }).attack());
    await passed;
    await ours.getByText('正在等待网页传入登录身份…').waitFor();
    expect(await advert.evaluate(() => (window as unknown as { heard: unknown[] }).heard)).toEqual([]);
    expect((await heardBy(page)).map(({ data }) => data)).toEqual([{ action: 'ready', payload: {} }]);
  },
);

test('T9: a foreign page that opens ours in a window of its own gets no hold of it', async () => {
  const { node } = scene;
  const { token } = await node.platform.createToken(cy.userId);
  stranger.pages.set(
    '/opener.html',
    `<!doctype html><title>opener</title><script>
      window.heard = []
      addEventListener('message', (event) => heard.push(event.data))
    </script><button onclick="window.ours = window.open('${node.origin}/groupConversation')">open</button>`,
  );
  const { page, context } = await scene.newcomer(desktop);
  await page.goto(`${stranger.origin}/opener.html`);
  const opening = context.waitForEvent('page');
  await page.getByRole('button', { name: 'open' }).click();
  const ours = await opening;
  await ours.getByRole('alert').getByText('链接不完整').waitFor();

  await page.evaluate(
    ([token, userId]) => {
      const { ours } = window as unknown as { ours: Window };
      for (let time = 0; time < 3; time++)
        ours.postMessage({ action: 'transferUser', payload: { token, userId, urole: 'service' } }, '*');
    },
    [token, cy.userId] as const,
  );
  expect(await ours.evaluate(() => window.opener)).toBeNull();
  expect(await page.evaluate(() => (window as unknown as { ours: Window }).ours.closed)).toBe(true);
  await ours.getByRole('alert').getByText('链接不完整').waitFor();
  expect(await page.evaluate(() => (window as unknown as { heard: unknown[] }).heard)).toEqual([]);
});

const isAction = (data: unknown, action: string): boolean => (data as { action?: unknown } | null)?.action === action;
