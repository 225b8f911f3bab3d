import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Payload, PayloadOf } from '@trialogue/protocol';
import { ada, bo, cy } from '@trialogue/testkit';
import type { CDPSession, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { desktop, phone } from './chromium.ts';
import { attach, connected, hears, messageBox, say, sendAttached } from './conversation.ts';
import type { Group } from './node.ts';
import { drawPicture } from './picture.ts';
import { notesOfCamera, withPlace } from './place.ts';
import { openScene, type Scene } from './scene.ts';
import { until } from './until.ts';

let scene: Scene;
beforeAll(async () => void (scene = await openScene()));
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(() => scene.close());

const sheet = (page: Page): Locator => page.getByRole('dialog', { name: '发送前预览' });
const pictures = (page: Page): Locator => page.getByRole('button', { name: /发送的图片/ });
const lightbox = (page: Page): Locator => page.getByRole('dialog', { name: /发送的图片$/ });
const picture = drawPicture(120, 80).png;

/** What was said in a conversation, of one kind. */
async function told<Type extends Payload['type']>({ groupId }: Group, type: Type): Promise<PayloadOf<Type>[]> {
  const all = await scene.node.platform.transcript(groupId);
  return all.map(({ payload }) => payload).filter((one): one is PayloadOf<Type> => one.type === type);
}

/** A photograph as a phone takes it: 3000 × 2000, red on the left, green on the right, lying on its side. */
async function photograph(page: Page): Promise<Buffer> {
  const base64 = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 3000, height: 2000 });
    const context = canvas.getContext('2d')!;
    for (const [at, colour] of ['#e02020', '#20c040'].entries()) {
      context.fillStyle = colour;
      context.fillRect(at * 1500, 0, 1500, 2000);
    }
    // Nothing that a camera sees is as smooth as that.
    const grain = context.getImageData(0, 0, 3000, 2000);
    for (let at = 0; at < grain.data.length; at += 4) grain.data[at + 2] = (at * 2654435761) >>> 25;
    context.putImageData(grain, 0, 0);
    return canvas.toDataURL('image/jpeg', 0.95).split(',')[1]!;
  });
  return withPlace(Buffer.from(base64, 'base64'));
}

/** The bytes that the server keeps, and so all that has left the browser. */
async function kept(page: Page, { groupId }: Group, fileId: string): Promise<Buffer> {
  const { token } = JSON.parse(await page.evaluate(() => sessionStorage.getItem('userInfo') ?? '')) as {
    token: string;
  };
  const answer = await fetch(`${scene.node.origin}/api/v1/conversations/${groupId}/files/${fileId}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return Buffer.from(await answer.arrayBuffer());
}

/** Colour at a place of a picture, by share of its width and height. */
const colourAt = (page: Page, bytes: Buffer, x: number, y: number) =>
  page.evaluate(
    async ({ base64, x, y }) => {
      const blob = new Blob([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))]);
      const bitmap = await createImageBitmap(blob);
      const canvas = Object.assign(document.createElement('canvas'), { width: bitmap.width, height: bitmap.height });
      const context = canvas.getContext('2d')!;
      context.drawImage(bitmap, 0, 0);
      const [red, green] = context.getImageData(x * bitmap.width, y * bitmap.height, 1, 1).data;
      return { width: bitmap.width, height: bitmap.height, colour: red! > green! ? 'red' : 'green' };
    },
    { base64: bytes.toString('base64'), x, y },
  );

test('client.md §4.2: a photograph goes up small, the right way up, and without where it was taken', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId));
  const photo = await photograph(page);
  expect(notesOfCamera.every((note) => photo.includes(note))).toBe(true);

  await attach(page, 'images', { name: 'IMG_0042.jpg', mimeType: 'image/jpeg', buffer: photo });
  await expect(told(group, 'image')).resolves.toEqual([]);
  await sendAttached(page, '盖子裂了');
  await until(() => told(group, 'image')).toHaveLength(1);
  const [image] = await told(group, 'image');
  expect(image).toMatchObject({
    name: 'IMG_0042.jpg',
    mime: 'image/jpeg',
    width: 1067,
    height: 1600,
    text: '盖子裂了',
  });

  for (const [fileId, longest] of [
    [image?.fileId, 1600],
    [image?.thumbId, 480],
  ] as const) {
    expect(fileId).toBeDefined();
    const bytes = await kept(page, group, fileId ?? '');
    expect(bytes.subarray(0, 2)).toEqual(Buffer.from([0xff, 0xd8]));
    for (const note of notesOfCamera) expect([note, bytes.includes(note)]).toEqual([note, false]);
    // Orientation 6: what is left in the file is up in the picture.
    expect(await colourAt(page, bytes, 0.5, 0.1)).toMatchObject({ height: longest, colour: 'red' });
    expect(await colourAt(page, bytes, 0.5, 0.9)).toMatchObject({ colour: 'green' });
  }
});

test('client.md §4.2: in full size it keeps its pixels, and still not the place', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
  await attach(page, 'images', { name: 'a.jpg', mimeType: 'image/jpeg', buffer: await photograph(page) });
  await sheet(page).getByRole('checkbox', { name: /^原图/ }).check();
  await sendAttached(page);
  await until(() => told(group, 'image')).toHaveLength(1);
  const [image] = await told(group, 'image');
  expect(image).toMatchObject({ width: 2000, height: 3000 });
  const bytes = await kept(page, group, image?.fileId ?? '');
  for (const note of notesOfCamera) expect([note, bytes.includes(note)]).toEqual([note, false]);
});

/** Gives files to the page as the clipboard or a hand that drops them does. */
const give = (page: Page, how: 'paste' | 'drop', files: { name: string; mime: string; bytes: Buffer }[]) =>
  messageBox(page).evaluate(
    (box, { how, files }) => {
      const data = new DataTransfer();
      for (const { name, mime, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], name, { type: mime }));
      }
      const flags = { bubbles: true, cancelable: true };
      const event =
        how === 'paste'
          ? new ClipboardEvent('paste', { clipboardData: data, ...flags })
          : new DragEvent('drop', { dataTransfer: data, ...flags });
      box.dispatchEvent(event);
    },
    { how, files: files.map(({ name, mime, bytes }) => ({ name, mime, base64: bytes.toString('base64') })) },
  );

test('client.md §4.2: what is pasted or dropped is looked at first, up to nine at a time', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
  const one = (name: string) => ({ name, mime: 'image/png', bytes: picture });
  await give(page, 'paste', [one('pasted.png')]);
  await sheet(page).getByRole('button', { name: '移除 pasted.png' }).waitFor();
  await page.keyboard.press('Escape');
  await sheet(page).waitFor({ state: 'detached' });

  await give(
    page,
    'drop',
    Array.from({ length: 11 }, (_, at) => one(`${at}.png`)),
  );
  await page.getByRole('alert').getByText('一次最多添加 9 个文件').waitFor();
  await until(() => sheet(page).getByRole('button', { name: /^移除/ }).count()).toBe(9);
  await sheet(page).getByRole('button', { name: '移除 3.png' }).click();
  expect(await told(group, 'image')).toEqual([]);
  await sendAttached(page);
  await until(async () => (await told(group, 'image')).map(({ name }) => name)).toEqual(
    [0, 1, 2, 4, 5, 6, 7, 8].map((at) => `${at}.png`),
  );
});

// Notices come one after the other.
test('client.md §4.2: what cannot be shown or is too large is refused, and why', { timeout: 120_000 }, async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
  const flood = Buffer.from(picture);
  flood.writeUInt32BE(60_000, 16);
  flood.writeUInt32BE(60_000, 20);
  const heic = Buffer.from(
    '\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x14ispe\0\0\0\0\0\0\x0f\xc0\0\0\x0b\xd0',
    'latin1',
  );
  const refusals = [
    ['IMG.HEIC', 'image/heic', heic, 'IMG.HEIC 是 HEIC 格式，此浏览器无法处理'],
    ['flood.png', 'image/png', flood, 'flood.png 的像素过多'],
    ['half.jpg', 'image/jpeg', Buffer.from([0xff, 0xd8, 0xff]), 'half.jpg 不是可读取的图片'],
    ['empty.png', 'image/png', Buffer.alloc(0), 'empty.png 是空文件'],
  ] as const;
  for (const [name, mime, bytes, words] of refusals) {
    await give(page, 'drop', [{ name, mime, bytes }]);
    await page.getByRole('alert').getByText(words).waitFor();
  }
  const folder = await mkdtemp(join(tmpdir(), 'trialogue-'));
  try {
    const film = join(folder, 'film.bin');
    await writeFile(film, '');
    await truncate(film, 100 * 1024 * 1024 + 1);
    await page.getByTestId('pick-files').setInputFiles(film);
    await page.getByRole('alert').getByText('film.bin 超过 100 MB，无法发送').waitFor();
  } finally {
    await rm(folder, { recursive: true });
  }
  expect(await sheet(page).count()).toBe(0);
});

/** Holds the uploads of a page back until they are let go. */
async function holdUploads(page: Page): Promise<{ release: () => void; fail: (yes: boolean) => void }> {
  let release = () => {};
  let isFailing = false;
  const gate = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/files', async (route) => {
    if (isFailing) return route.abort('connectionfailed');
    await gate;
    await route.continue().catch(() => undefined);
  });
  return { release, fail: (yes) => (isFailing = yes) };
}

test('client.md §4.2: a picture is in the list at once, in its final room, and words after it stay after it', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId));
  await connected(page);
  const uploads = await holdUploads(page);
  await attach(page, 'images', { name: 'lid.png', mimeType: 'image/png', buffer: picture });
  await sendAttached(page);
  const shown = pictures(page).getByRole('img', { name: 'lid.png' });
  await shown.waitFor();
  await page.getByRole('progressbar', { name: /正在上传 lid\.png/ }).waitFor();
  const before = await shown.boundingBox();
  await say(page, '就是这个');
  await hears(page, '就是这个');
  expect(await scene.node.platform.transcript(group.groupId)).toEqual([]);

  uploads.release();
  await until(async () =>
    (await scene.node.platform.transcript(group.groupId)).map(({ payload }) => payload.type),
  ).toEqual(['image', 'text']);
  await page.getByRole('progressbar').waitFor({ state: 'detached' });
  const after = await shown.boundingBox();
  expect([after?.width, after?.height]).toEqual([before?.width, before?.height]);
});

test('client.md §4.2: an upload can be given up; one that has failed can be tried again', async () => {
  scene.foresee(/ERR_CONNECTION_FAILED|Failed to load resource/);
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
  await connected(page);
  const uploads = await holdUploads(page);
  await attach(page, 'files', {
    name: 'big.bin',
    mimeType: 'application/octet-stream',
    buffer: Buffer.alloc(300_000, 7),
  });
  await sendAttached(page);
  await page.getByRole('button', { name: '取消上传 big.bin' }).click();
  await page.getByText('big.bin').waitFor({ state: 'detached' });

  uploads.fail(true);
  await attach(page, 'images', { name: 'lid.png', mimeType: 'image/png', buffer: picture });
  await sendAttached(page);
  await page.getByRole('button', { name: '重新上传 lid.png' }).waitFor();
  await say(page, '先说一句');
  await until(() => told(group, 'text')).toHaveLength(1);
  uploads.fail(false);
  uploads.release();
  await page.getByRole('button', { name: '重新上传 lid.png' }).click();
  await until(() => told(group, 'image')).toHaveLength(1);
  expect(await told(group, 'file')).toEqual([]);
});

/** Three pictures of Bo in a conversation, each in another size. */
async function album(): Promise<Group> {
  const group = await scene.tea();
  const { page, context } = await scene.enter(group.linkOf(bo.userId), desktop);
  for (const [at, size] of [
    [300, 200],
    [200, 300],
    [160, 160],
  ].entries()) {
    const { png } = drawPicture(size[0], size[1]);
    await page.getByTestId('pick-images').setInputFiles({ name: `${at + 1}.png`, mimeType: 'image/png', buffer: png });
    await sheet(page)
      .getByRole('button', { name: `移除 ${at + 1}.png` })
      .waitFor();
    await sendAttached(page);
  }
  await until(() => told(group, 'image')).toHaveLength(3);
  await context.close();
  return group;
}

test('a picture that is tapped without a network is shown when there is one again, over the whole page', async () => {
  scene.foresee(/net::ERR_|WebSocket connection to/);
  const group = await album();
  const { page, context } = await scene.enter(group.linkOf(ada.userId), phone);
  await pictures(page).first().getByRole('img', { name: '1.png' }).waitFor();
  await context.setOffline(true);
  // The part of the page that shows it large has a style sheet of its own, which does not come now.
  const missing = page.waitForEvent('requestfailed', (request) => request.url().endsWith('.css'));
  await pictures(page).first().click();
  await missing;
  await context.setOffline(false);
  await lightbox(page).waitFor();
  expect(await lightbox(page).evaluate((box) => box.getBoundingClientRect().width)).toBe(phone.viewport.width);
});

test('client.md §4.4: with the keyboard alone: a picture large, the next, closer, away; the focus comes back', async () => {
  const group = await album();
  const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
  const first = pictures(page).first();
  await first.getByRole('img', { name: '1.png' }).waitFor();
  await first.focus();
  await page.keyboard.press('Enter');
  const box = lightbox(page);
  await box.getByRole('img', { name: '1.png' }).waitFor();
  await box.getByText('第 1 张，共 3 张').waitFor();
  await page.keyboard.press('ArrowRight');
  await box.getByText('第 2 张，共 3 张').waitFor();
  await box.getByRole('img', { name: '2.png' }).waitFor();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await box.getByText('第 3 张，共 3 张').waitFor();

  const middle = box.locator('[data-current] [data-testid=lightbox-picture]');
  const scale = () => middle.evaluate((it) => new DOMMatrix(getComputedStyle(it).transform).a);
  await page.keyboard.press('+');
  await until(scale).toBeGreaterThan(1.4);
  await page.keyboard.press('0');
  await until(scale).toBe(1);

  // The focus does not leave it.
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press('Tab');
    expect(
      await page.evaluate(
        () => document.activeElement?.closest('dialog') !== null || document.activeElement === document.body,
      ),
    ).toBe(true);
  }
  const coming = page.waitForEvent('download');
  await box.getByRole('button', { name: '保存图片' }).click();
  expect((await coming).suggestedFilename()).toBe('3.png');
  await page.keyboard.press('Escape');
  await box.waitFor({ state: 'detached' });
  expect(await first.evaluate((it) => it === document.activeElement)).toBe(true);
});

test('client.md §4.4: the way back closes it and leaves the conversation open', async () => {
  const group = await album();
  const { page } = await scene.enter(group.linkOf(ada.userId));
  const address = page.url();
  await pictures(page).nth(1).click();
  await lightbox(page).getByRole('img', { name: '2.png' }).waitFor();
  await page.goBack();
  await lightbox(page).waitFor({ state: 'detached' });
  expect(page.url()).toBe(address);
  await pictures(page).first().waitFor();
  // Closed by hand, it leaves nothing behind in the history.
  const length = await page.evaluate(() => history.length);
  await pictures(page).nth(1).click();
  await lightbox(page).getByRole('button', { name: '关闭' }).click();
  await lightbox(page).waitFor({ state: 'detached' });
  expect(await page.evaluate(() => history.length)).toBe(length);
});

/** Fingers on glass, as the browser gets them from a screen. */
function hand(cdp: CDPSession) {
  type At = readonly [x: number, y: number];
  const points = (fingers: readonly At[]) => fingers.map(([x, y], id) => ({ x, y, id }));
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', fingers: readonly At[]) =>
    cdp.send('Input.dispatchTouchEvent', { type, touchPoints: points(fingers) });
  return {
    down: (...fingers: At[]) => touch('touchStart', fingers),
    up: () => touch('touchEnd', []),
    async move(from: readonly At[], to: readonly At[], steps = 6) {
      for (let step = 1; step <= steps; step++) {
        const share = step / steps;
        const now = from.map(([x, y], at): At => {
          const [toX, toY] = to[at] ?? [x, y];
          return [x + (toX - x) * share, y + (toY - y) * share];
        });
        await touch('touchMove', now);
      }
    },
  };
}

test('client.md §4.4: with fingers: pinch, double tap, swipe to the next, drag down to close', async () => {
  const group = await album();
  const { page, context } = await scene.enter(group.linkOf(ada.userId), phone);
  const fingers = hand(await context.newCDPSession(page));
  await pictures(page).first().click();
  const box = lightbox(page);
  await box.getByRole('img', { name: '1.png' }).waitFor();
  const transform = () =>
    box
      .locator('[data-current] [data-testid=lightbox-picture]')
      .evaluate((it) => new DOMMatrix(getComputedStyle(it).transform).a);

  await fingers.down([175, 422], [215, 422]);
  await fingers.move(
    [
      [175, 422],
      [215, 422],
    ],
    [
      [95, 422],
      [295, 422],
    ],
  );
  await fingers.up();
  await until(transform).toBeGreaterThan(3);
  const tap = async () => {
    await fingers.down([195, 422]);
    await fingers.up();
  };
  await tap();
  await tap();
  await until(transform).toBe(1);
  await tap();
  await tap();
  await until(transform).toBeCloseTo(2.5);
  await tap();
  await tap();
  await until(transform).toBe(1);

  await fingers.down([330, 422]);
  await fingers.move([[330, 422]], [[60, 430]]);
  await fingers.up();
  await box.getByText('第 2 张，共 3 张').waitFor();
  await fingers.down([200, 300]);
  await fingers.move([[200, 300]], [[210, 640]]);
  await fingers.up();
  await box.waitFor({ state: 'detached' });
});

/** Speaks with a mouse, for a while. */
async function speak(page: Page, ms: number): Promise<void> {
  await page.getByRole('button', { name: '开始录音' }).click();
  await page.getByRole('button', { name: '停止录音', pressed: true }).waitFor();
  await page.waitForTimeout(ms);
  await page.getByRole('button', { name: '停止录音' }).click();
}
async function openRecorder(page: Page): Promise<void> {
  await page.getByRole('button', { name: '更多', exact: true }).click();
  await page.getByRole('group', { name: '更多' }).getByRole('button', { name: '语音' }).click();
  await page.getByRole('button', { name: '开始录音' }).waitFor();
}

test('client.md §4.2: somebody speaks, listens first, sends; who hears it sees it and plays it once, one after the other', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
  await openRecorder(page);
  await speak(page, 1_600);
  await page.getByRole('button', { name: '试听' }).click();
  await page.getByRole('button', { name: '发送语音' }).click();
  await speak(page, 1_100);
  await page.getByRole('button', { name: '发送语音' }).click();
  await until(() => told(group, 'voice')).toHaveLength(2);
  const [voice] = await told(group, 'voice');
  expect(voice?.mime).toMatch(/^audio\/(mp4|webm)$/);
  expect(voice?.seconds).toBeGreaterThan(1.2);
  expect(voice?.waveform).toHaveLength(64);
  expect(Math.max(...(voice?.waveform ?? []))).toBe(31);
  // Too short is a slip, and what was dropped is gone.
  await speak(page, 0);
  await page.getByRole('alert').getByText('说话时间太短').waitFor();
  await speak(page, 1_000);
  await page.getByRole('button', { name: '删除录音' }).click();
  await page.getByRole('button', { name: '返回文字输入' }).click();
  await messageBox(page).waitFor();

  const bos = await scene.enter(group.linkOf(bo.userId), desktop);
  const unheard = bos.page.getByRole('button', { name: /^播放 语音 \d+ 秒, 未播放$/ });
  await until(() => unheard.count()).toBe(2);
  await unheard.first().click();
  await bos.page.getByRole('button', { name: /^暂停 语音/ }).waitFor();
  await bos.page.getByRole('button', { name: '播放速度 1×' }).click();
  await bos.page.getByRole('button', { name: '播放速度 1.5×' }).click();
  await bos.page.getByRole('button', { name: '播放速度 2×' }).waitFor();
  // The second one goes on by itself.
  await until(() => unheard.count()).toBe(0);
  await until(() => bos.page.getByRole('button', { name: /^播放 语音/ }).count()).toBe(2);
  await bos.page.reload();
  await until(() => bos.page.getByRole('button', { name: /^播放 语音/ }).count()).toBe(2);
  expect(await unheard.count()).toBe(0);
  expect(await told(group, 'voice')).toHaveLength(2);
});

test('client.md §4.2: with a finger: hold to talk, slide up and it is dropped', async () => {
  const group = await scene.tea();
  const { page, context } = await scene.enter(group.linkOf(ada.userId), phone);
  await openRecorder(page);
  const fingers = hand(await context.newCDPSession(page));
  const button = page.getByRole('button', { name: /录音$/ }).last();
  const box = (await button.boundingBox())!;
  const at = [box.x + box.width / 2, box.y + box.height / 2] as const;
  await fingers.down(at);
  await page.getByText('松开发送，上滑取消').waitFor();
  await page.waitForTimeout(1_000);
  await fingers.move([at], [[at[0], at[1] - 120]]);
  await page.getByText('松开取消').waitFor();
  await fingers.up();
  await page.getByText('按住 说话').waitFor();
  // What is sent has its row at once.
  await page.waitForTimeout(500);
  expect(await page.getByRole('article').count()).toBe(0);

  await fingers.down(at);
  await page.getByText('松开发送，上滑取消').waitFor();
  await page.waitForTimeout(1_200);
  await fingers.up();
  await until(() => told(group, 'voice')).toHaveLength(1);
});

test('client.md §4.2: a film shows its first picture, and plays in place only when one taps it', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
  const base64 = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
    const context = canvas.getContext('2d')!;
    const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: 'video/webm' });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const ended = new Promise((resolve) => (recorder.onstop = resolve));
    recorder.start();
    for (let step = 0; step < 20; step++) {
      context.fillStyle = `hsl(${step * 18} 80% 50%)`;
      context.fillRect(0, 0, 320, 180);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    recorder.stop();
    await ended;
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  });
  await attach(page, 'files', { name: 'unboxing.webm', mimeType: 'video/webm', buffer: Buffer.from(base64, 'base64') });
  await sendAttached(page);
  await until(() => told(group, 'video')).toHaveLength(1);
  const [film] = await told(group, 'video');
  expect(film).toMatchObject({ name: 'unboxing.webm', mime: 'video/webm', width: 320, height: 180 });
  expect(film?.thumbId).toBeDefined();

  const cys = await scene.enter(group.linkOf(cy.userId));
  const play = cys.page.getByRole('button', { name: /^播放 视频 unboxing\.webm/ });
  await play.waitFor();
  expect(await cys.page.locator('video').count()).toBe(0);
  await play.click();
  const screen = cys.page.locator('video');
  await until(() => screen.evaluate((it: HTMLVideoElement) => it.currentTime)).toBeGreaterThan(0);
  expect(await screen.evaluate((it: HTMLVideoElement) => it.controls && !it.muted)).toBe(true);
});

test('client.md §4.2: a file comes down as it went up, under a name that cannot turn its ending around', async () => {
  const group = await scene.tea();
  const { page } = await scene.enter(group.linkOf(ada.userId), desktop);
  await attach(page, 'files', {
    name: '<b>offer</b>.html',
    mimeType: 'text/html',
    buffer: Buffer.from('<script>document.title = "taken over"</script>'),
  });
  await sendAttached(page);
  const cys = await scene.enter(group.linkOf(cy.userId), desktop);
  const name = cys.page.locator('bdi', { hasText: '<b>offer</b>.html' });
  await name.waitFor();
  const coming = cys.page.waitForEvent('download');
  await cys.page.getByRole('button', { name: /^下载 / }).click();
  expect((await coming).suggestedFilename()).toMatch(/offer.*\.html$/);
  expect(await cys.page.title()).not.toBe('taken over');
  expect(cys.context.pages()).toHaveLength(1);
});
