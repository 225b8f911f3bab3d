import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { PayloadOf } from '@trialogue/protocol';
import { ada, bo } from '@trialogue/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { desktop } from './chromium.ts';
import { attach, connected, sendAttached } from './conversation.ts';
import type { Group } from './node.ts';
import { drawPicture } from './picture.ts';
import { openScene, type Scene } from './scene.ts';
import { until } from './until.ts';

const MB = 1024 * 1024;
const MOST = 12 * MB;

let scene: Scene;
beforeAll(
  async () => void (scene = await openScene({ LIMITS: `uploadBytes=${MOST},fileBytes=${MOST},pieceBytes=${MB}` })),
);
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(() => scene.close());

/** No piece of it is like another. */
const film = Buffer.from(Uint32Array.from({ length: (9 * MB) / 4 + 3 }, (_, n) => Math.imul(n, 2654435761)).buffer);
const clip = { name: '茶山.bin', mimeType: 'application/octet-stream', buffer: film };
const halves = () => readdirSync(join(scene.node.dataDir, 'files', 'halves'));
const news = (page: Page) => page.getByRole('article').getByText(/\d+%/);

async function told({ groupId }: Group): Promise<PayloadOf<'file'>[]> {
  const all = await scene.node.platform.transcript(groupId);
  return all.map(({ payload }) => payload).filter((one) => one.type === 'file');
}

/** A line over which nine megabytes take some seconds. */
async function slowly(page: Page): Promise<{ lose: (isLost: boolean) => Promise<unknown> }> {
  const cdp = await page.context().newCDPSession(page);
  const lose = (offline: boolean) =>
    cdp.send('Network.emulateNetworkConditions', {
      offline,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: 3 * MB,
    });
  await lose(false);
  return { lose };
}

/** Where each piece that the page sends begins. */
function piecesOf(page: Page): number[] {
  const offsets: number[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH') offsets.push(Number(new URL(request.url()).searchParams.get('offset')));
  });
  return offsets;
}

async function sent(page: Page): Promise<void> {
  await attach(page, 'files', clip);
  await sendAttached(page);
}

async function arrivedWhole(group: Group): Promise<void> {
  await until(() => told(group)).toHaveLength(1);
  const [file] = await told(group);
  expect(file).toMatchObject({ name: clip.name, size: film.length });
  const { token } = await scene.node.platform.createToken(bo.userId);
  const answer = await fetch(`${scene.node.origin}/api/v1/conversations/${group.groupId}/files/${file?.fileId}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  expect(digest(Buffer.from(await answer.arrayBuffer()))).toBe(digest(film));
  expect(halves()).toEqual([]);
}

test('client.md §4.2: a large file goes up in pieces; when the line is lost it says so, and goes on where it stopped', async () => {
  scene.foresee(/ERR_INTERNET_DISCONNECTED|ERR_NETWORK|WebSocket/);
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId));
  await connected(page);
  const line = await slowly(page);
  const pieces = piecesOf(page);
  await sent(page);
  await page.getByRole('progressbar', { name: /正在上传 茶山\.bin，[1-9]\d%/ }).waitFor();
  await line.lose(true);
  await page.getByText(/^等待网络 · \d+%$/).waitFor();
  expect(await told(group)).toEqual([]);
  const before = pieces.length;
  await line.lose(false);
  await arrivedWhole(group);
  await page.getByRole('progressbar').waitFor({ state: 'detached' });
  expect(Math.min(...pieces.slice(before))).toBeGreaterThan(0);
});

test('client.md §4.2: a server that is killed in the middle of it has what had arrived, and the file goes on', async () => {
  scene.foresee(/ERR_|WebSocket|Failed to load resource/);
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
  await connected(page);
  await slowly(page);
  const pieces = piecesOf(page);
  await sent(page);
  await page.getByRole('progressbar', { name: /正在上传 茶山\.bin，[3-9]\d%/ }).waitFor();
  const before = pieces.length;
  await scene.node.kill();
  await scene.node.restart();
  await arrivedWhole(group);
  expect(Math.min(...pieces.slice(before))).toBeGreaterThan(0);
});

test('client.md §4.2: whoever gives it up has nothing left of it, here or at the server', async () => {
  scene.foresee(/ERR_ABORTED/);
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId));
  await connected(page);
  await slowly(page);
  await sent(page);
  await page.getByRole('progressbar', { name: /正在上传 茶山\.bin，[1-9]\d%/ }).waitFor();
  expect(halves()).toHaveLength(2);
  await page.getByRole('button', { name: '取消上传 茶山.bin' }).click();
  await news(page).waitFor({ state: 'detached' });
  await until(async () => halves()).toEqual([]);
  expect(await told(group)).toEqual([]);
});

test('client.md §4.2: the limit is the one in force here, and is said before anything goes up', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
  const folder = mkdtempSync(join(tmpdir(), 'trialogue-'));
  const fileOf = (bytes: number) => {
    const path = join(folder, `${bytes}.bin`);
    const file = openSync(path, 'w');
    ftruncateSync(file, bytes);
    closeSync(file);
    return path;
  };
  try {
    for (const bytes of [MOST - 1, MOST]) {
      await page.getByTestId('pick-files').setInputFiles(fileOf(bytes));
      await page.getByRole('button', { name: `移除 ${bytes}.bin` }).click();
    }
    await page.getByTestId('pick-files').setInputFiles(fileOf(MOST + 1));
    await page
      .getByRole('alert')
      .getByText(`${MOST + 1}.bin 超过 12 MB，无法发送`)
      .waitFor();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('issue 6: where the app wants it, files are sealed in the browser: the server keeps what nobody can look into, and all who are in it see it', async () => {
  await scene.node.platform.call('PUT', '/settings', { files: 'sealed' });
  const group = await scene.tea();
  const [adas, bos] = [
    await scene.enter(group.linkOf(ada.userId)),
    await scene.enter(group.linkOf(bo.userId), desktop),
  ];
  const photo = drawPicture(1200, 800);
  await attach(adas.page, 'images', { name: 'lid.png', mimeType: 'image/png', buffer: photo.png });
  await sendAttached(adas.page);
  await sent(adas.page);

  const picture = bos.page.getByRole('button', { name: /发送的图片/ });
  await picture.getByRole('img', { name: 'lid.png' }).waitFor();
  await picture.click();
  const large = bos.page.getByTestId('lightbox-picture').getByRole('img').last();
  await until(() => large.evaluate((img: HTMLImageElement) => img.naturalWidth)).toBe(1200);
  await bos.page.keyboard.press('Escape');
  const file = bos.page.getByRole('button', { name: /^下载 茶山\.bin/ });
  await file.waitFor();
  const [download] = await Promise.all([bos.page.waitForEvent('download'), file.click()]);
  expect(download.suggestedFilename()).toBe('茶山.bin');
  expect(
    createHash('sha256')
      .update(readFileSync(await download.path()))
      .digest('hex'),
  ).toBe(createHash('sha256').update(film).digest('hex'));

  const { token } = await scene.node.platform.createToken(bo.userId);
  const kept = async (fileId: string) => {
    const url = `${scene.node.origin}/api/v1/conversations/${group.groupId}/files/${fileId}`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    return { said: answer.headers.get('content-disposition'), bytes: Buffer.from(await answer.arrayBuffer()) };
  };
  const all = (await scene.node.platform.transcript(group.groupId)).map(({ payload }) => payload);
  const ids = all.flatMap((said) =>
    said.type === 'image' ? [said.fileId, said.thumbId] : 'fileId' in said ? [said.fileId] : [],
  );
  expect(ids).toHaveLength(3);
  for (const fileId of ids) {
    const { said, bytes } = await kept(fileId ?? '');
    expect(said).toContain('filename="sealed"');
    for (const clear of [photo.png.subarray(0, 8), Buffer.from('JFIF\0\x01'), film.subarray(0, 64)]) {
      expect(bytes.includes(clear)).toBe(false);
    }
  }
  await scene.node.platform.call('PUT', '/settings', {});
});
