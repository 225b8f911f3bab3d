import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { Im, Received } from '@trialogue/sdk';
import { ada, bo, cy } from '@trialogue/testkit';
import type { Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';

import { desktop } from './chromium.ts';
import { hears, said, say } from './conversation.ts';
import type { Group } from './node.ts';
import { openScene, type Scene } from './scene.ts';
import { startSite, type Site } from './site.ts';
import { until } from './until.ts';

const sdkFile = fileURLToPath(new URL('../../packages/sdk/dist/im-sdk.min.js', import.meta.url));

let platform: Site;
let scene: Scene;
beforeAll(async () => {
  platform = await startSite();
  scene = await openScene({ ALLOWED_ORIGINS: platform.origin });
});
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(async () => {
  await scene.close();
  await platform.close();
});

/** What `getConversation` says to somebody who is in it. */
async function enter(group: Group, userId: string): Promise<Data> {
  const { token } = await scene.node.platform.createToken(userId);
  const answer = await fetch(`${scene.node.origin}/api/v1/conversation?groupId=${group.groupId}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return ((await answer.json()) as { data: Data }).data;
}

interface Data {
  wsAddress: string;
  dlgKey: string;
  dlgId: string;
  userId: string;
  imToken: string;
  userName: string;
  avatar: string;
  remark: string;
}

/** What the pages below leave in `window`. */
interface Traces {
  imApp: {
    socket: {
      getState(): boolean;
      close(): void;
      updateConfig(to: { dlgId: string; dlgKey: string }): void;
      send(payload: unknown): Promise<{ seq: number }>;
      reconnect(): void;
    };
    on(event: 'opened', listener: () => void): unknown;
    decrypt(content: string, dlgId: string, dlgKey: string): string;
  };
  events: string[];
  messages: Received[];
}

/** The seed's chapter "Im使用", its calls to the letter. */
const seedsPage = (data: Data): string => `<!doctype html>
<html lang="zh-CN">
  <head><meta charset="utf-8" /><title>platform</title></head>
  <body>
    <script src="${scene.node.origin}/sdk/im-sdk.min.js"></script>
    <script>
var data = ${JSON.stringify(data)}
var avatar = data.avatar, imToken = data.imToken, name = data.userName, remark = data.remark, userId = data.userId
var events = [], messages = []

var imApp = new Im();

imApp.getInstance({
  wsAddr: data.wsAddress,          // websocket地址
  dlgKey: data.dlgKey,             // 解密的secretKey
  dlgId: data.dlgId,              // 群ID
  user: {
    fromuid: data.userId, // b2c对应Im的userId
  },
  // 订阅事件
  handler: {
    onConnect: function(e){
      events.push('onConnect')
      // 平台对应的Im账号的信息
      let param = {
        avatar: avatar,
        token: imToken,
        name: name,
        remark: remark,
        uid: userId
      }
      imApp.socket.bindUser(param)
    },      // 连接成功的回调
    onBindUserSuccess: function(e){ events.push('onBindUserSuccess') }, // 绑定用户成功的回调
    onMessage: function(e){ messages.push(e) },      // 收消息的回调
    onClose: function(e){ events.push('onClose') },        // 关闭连接的回调
    onError: function(e){ events.push('onError ' + e.error) },         // 连接出错的回调
    onReConnect: function(e){ events.push('onReConnect') }     // 需要重连的回调
  }
})
    </script>
  </body>
</html>`;

async function openSeedsPage(data: Data): Promise<Page> {
  platform.pages.set('/sdk.html', seedsPage(data));
  const { page } = await scene.newcomer(desktop);
  await page.goto(`${platform.origin}/sdk.html`);
  await until(() => traces(page, (it) => it.events)).toEqual(['onConnect', 'onBindUserSuccess']);
  return page;
}

const traces = <T>(page: Page, look: (traces: Traces) => T): Promise<T> =>
  page.evaluate(`(${look.toString()})(window)`) as Promise<T>;

const textsOf = (page: Page): Promise<string[]> =>
  traces(page, (it) => it.messages.map(({ payload }) => (payload?.['text'] ?? '?') as string));

test("a page of the platform with a script tag and the seed's own code talks with the web client", async () => {
  const group = await scene.tea();
  const bos = await scene.enter(group.linkOf(bo.userId));
  const page = await openSeedsPage(await enter(group, ada.userId));
  expect(await traces(page, (it) => it.imApp.socket.getState())).toBe(true);

  await say(bos.page, '欢迎光临');
  await until(() => textsOf(page)).toEqual(['欢迎光临']);
  const [message] = await traces(page, (it) => it.messages);
  expect(message).toMatchObject({ dlgId: group.groupId, seq: 1, fromuid: bo.userId });
  expect(message).toEqual(expect.objectContaining({ msgId: expect.any(String), clientMsgId: expect.any(String) }));
  expect(message!.content).not.toContain('欢迎');

  expect(await traces(page, (it) => it.imApp.socket.send({ type: 'text', text: '有龙井吗？' }))).toMatchObject({
    seq: 2,
  });
  await hears(bos.page, '有龙井吗？');
  // Bo sees that she got his message, and who she is.
  await said(bos.page, '有龙井吗？').getByText(ada.name).waitFor();
});

test('history comes as ciphertext, and `decrypt(content, dlgId, dlgKey)` opens each row at once', async () => {
  const group = await scene.tea();
  for (const text of ['第一', '第二 🍵', '<b>第三</b>'])
    await scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text });
  const data = await enter(group, ada.userId);
  const page = await openSeedsPage(data);

  const answer = await page.evaluate(
    async ([origin, dlgId, token]) => {
      const headers = { Authorization: `Bearer ${token}` };
      const res = await fetch(`${origin}/api/v1/conversations/${dlgId}/messages?limit=50`, { headers });
      return res.text();
    },
    [scene.node.origin, data.dlgId, data.imToken] as const,
  );
  expect(answer).not.toMatch(/第/);
  const { list } = (JSON.parse(answer) as { data: { list: { content: string }[] } }).data;
  const opened = await page.evaluate(
    ([list, dlgId, dlgKey]) => {
      const { imApp } = window as unknown as Traces;
      return list.map((item) => imApp.decrypt(item.content, dlgId, dlgKey));
    },
    [list, data.dlgId, data.dlgKey] as const,
  );
  expect(opened.map((plaintext) => JSON.parse(plaintext) as unknown)).toEqual([
    { type: 'text', text: '第一' },
    { type: 'text', text: '第二 🍵' },
    { type: 'text', text: '<b>第三</b>' },
  ]);

  // Of another conversation, or changed on its way: an error with a name, never some text.
  const bad = await page.evaluate(
    ([content, dlgId, dlgKey]) => {
      const { imApp } = window as unknown as Traces;
      const names: string[] = [];
      for (const [one, id] of [
        [content, 'another'],
        [`${content.slice(0, -3)}AAA`, dlgId],
        ['nonsense', dlgId],
      ] as const) {
        try {
          imApp.decrypt(one, id, dlgKey);
          names.push('opened');
        } catch (error) {
          names.push((error as Error).name);
        }
      }
      return names;
    },
    [list[0]!.content, data.dlgId, data.dlgKey] as const,
  );
  expect(bad).toEqual(['ImDecryptError', 'ImDecryptError', 'ImDecryptError']);
});

test('updateConfig turns to another conversation; close hangs up and stays away', async () => {
  const [first, second] = [await scene.tea('一'), await scene.tea('二')];
  const page = await openSeedsPage(await enter(first, ada.userId));
  const { dlgId, dlgKey } = await enter(second, ada.userId);
  const post = (group: Group, text: string) =>
    scene.node.platform.post(group.groupId, cy.userId, { type: 'text', text });
  await post(first, '在一');
  await until(() => textsOf(page)).toEqual(['在一']);

  // What is stored before the conversation is open is history, one's own message too.
  await page.evaluate(
    (conversation) =>
      new Promise<void>((resolve) => {
        const { imApp } = window as unknown as Traces;
        imApp.on('opened', () => resolve());
        imApp.socket.updateConfig(conversation);
      }),
    { dlgKey, dlgId },
  );
  await traces(page, (it) => it.imApp.socket.send({ type: 'text', text: '我来了' }));
  await post(first, '一没人了');
  await post(second, '在二');
  await until(() => textsOf(page)).toEqual(['在一', '我来了', '在二']);

  await page.evaluate(() => {
    const { imApp } = window as unknown as Traces;
    if (imApp && imApp.socket && imApp.socket.getState()) {
      imApp.socket.close();
    }
  });
  expect(await traces(page, (it) => it.imApp.socket.getState())).toBe(false);
  await until(() => traces(page, (it) => it.events)).toEqual(['onConnect', 'onBindUserSuccess', 'onClose']);
  await post(second, '没听见');
  expect(await textsOf(page)).toEqual(['在一', '我来了', '在二']);
});

test('when the connection is lost the page is told, and the SDK connects and binds again by itself, and misses nothing', async () => {
  const group = await scene.tea();
  const post = (text: string) => scene.node.platform.post(group.groupId, bo.userId, { type: 'text', text });
  const page = await openSeedsPage(await enter(group, ada.userId));
  scene.foresee(/net::ERR_CONNECTION|WebSocket connection to/);
  await post('还在');
  await until(() => textsOf(page)).toEqual(['还在']);

  await scene.node.kill();
  await until(() => traces(page, (it) => it.events)).toContain('onReConnect');
  expect(await traces(page, (it) => it.imApp.socket.getState())).toBe(false);
  await scene.node.restart();
  await post('我也回来了');
  await until(() => textsOf(page)).toEqual(['还在', '我也回来了']);

  const events = await traces(page, (it) => it.events);
  expect(events.slice(0, 3)).toEqual(['onConnect', 'onBindUserSuccess', 'onClose']);
  expect(events.slice(-2)).toEqual(['onConnect', 'onBindUserSuccess']);
});

test('a page of an origin that is not allowed gets no connection', async () => {
  const stranger = await startSite();
  try {
    const group = await scene.tea();
    stranger.pages.set('/sdk.html', seedsPage(await enter(group, ada.userId)));
    const { page } = await scene.newcomer(desktop);
    scene.foresee(/WebSocket connection to .* failed/);
    await page.goto(`${stranger.origin}/sdk.html`);
    await until(() => traces(page, (it) => it.events)).toContain('onError sdk.unreachable');
    await until(() => traces(page, (it) => it.events)).toContain('onReConnect');
    expect(await traces(page, (it) => it.events)).not.toContain('onConnect');
  } finally {
    await stranger.close();
  }
});

type ImClass = typeof Im;
const folder = mkdtempSync(join(tmpdir(), 'trialogue-sdk-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program of somebody's that imports the SDK's file, put together by a bundler. */
async function bundled(entry: string): Promise<{ Im: ImClass }> {
  const input = join(folder, `entry-${Math.random()}.mjs`);
  writeFileSync(input, entry);
  const bundle = await rolldown({ input, platform: 'neutral' });
  const { output } = await bundle.write({ dir: join(folder, 'out'), format: 'esm', entryFileNames: '[name].mjs' });
  await bundle.close();
  return (await import(pathToFileURL(join(folder, 'out', output[0].fileName)).href)) as { Im: ImClass };
}

const ways: [string, () => ImClass | Promise<ImClass>][] = [
  ['require(…).default', () => (createRequire(import.meta.url)(sdkFile) as { default: ImClass }).default],
  [
    'import through a bundler',
    async () => (await bundled(`import Im from ${JSON.stringify(sdkFile)}\nexport { Im }`)).Im,
  ],
  [
    "import in Node's own way",
    async () => {
      const input = join(folder, 'node.mjs');
      writeFileSync(input, `import Im from ${JSON.stringify(pathToFileURL(sdkFile).href)}\nexport { Im }`);
      return ((await import(pathToFileURL(input).href)) as { Im: ImClass }).Im;
    },
  ],
];

describe.for(ways)('%s', ([, load]) => {
  test('gives the class, and with a WebSocket handed in it talks in Node', async () => {
    const Loaded = await load();
    const group = await scene.tea();
    const bos = await scene.enter(group.linkOf(bo.userId));
    const data = await enter(group, cy.userId);
    const imApp = new Loaded({ WebSocket });
    const heard: string[] = [];
    try {
      await new Promise<void>((resolve) => {
        imApp.getInstance({
          wsAddr: data.wsAddress,
          dlgKey: data.dlgKey,
          dlgId: data.dlgId,
          user: { fromuid: data.userId },
          handler: {
            onConnect: () =>
              imApp.socket.bindUser({ avatar: '', token: data.imToken, name: '', remark: '', uid: cy.userId }),
            onBindUserSuccess: () => resolve(),
            onMessage: ({ payload }) => heard.push((payload?.['text'] ?? '?') as string),
          },
        });
      });
      await say(bos.page, '机器人在吗');
      await until(() => heard).toEqual(['机器人在吗']);
      await imApp.socket.send({ type: 'text', text: '在' });
      await hears(bos.page, '在');
    } finally {
      imApp.socket.close();
    }
    expect(imApp.socket.getState()).toBe(false);
  });
});
