import { ada, bo, cy } from '@trialogue/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { desktop, phone } from './chromium.ts';
import { hears, rowsOf, say } from './conversation.ts';
import { openScene, type Scene } from './scene.ts';
import { until } from './until.ts';

let scene: Scene;
beforeAll(async () => void (scene = await openScene()));
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(() => scene.close());

const lost = '正在重连…';

test('the server is killed while all three write: nothing is lost, nothing doubled, the order is one, and all come back by themselves', async () => {
  const { node } = scene;
  const group = await scene.tea();
  const seats = await Promise.all(
    [ada, bo, cy].map(async ({ userId }, at) => ({
      userId,
      ...(await scene.enter(group.linkOf(userId), at === 1 ? desktop : phone)),
    })),
  );
  const written: string[] = [];
  const write = async (from: number, to: number) => {
    await Promise.all(
      seats.map(async ({ userId, page }) => {
        for (let at = from; at < to; at++) {
          written.push(`${userId} ${at}`);
          await say(page, `${userId} ${at}`);
        }
      }),
    );
  };

  await write(0, 2);
  const writing = write(2, 6);
  await until(async () => (await rowsOf(seats[0]!.page)).length).toBeGreaterThan(8);
  scene.foresee(/net::ERR_|WebSocket connection to/);
  await node.kill();
  await writing;
  // With nobody there they write on, and are told.
  for (const { page } of seats) await page.getByRole('button', { name: lost }).waitFor();
  await write(6, 7);
  await node.restart();
  for (const { page } of seats) {
    await page.getByRole('button', { name: lost }).waitFor({ state: 'detached' });
    await hears(page, ...written);
  }

  const stored = await node.platform.transcript(group.groupId);
  const texts = stored.map(({ payload }) => (payload.type === 'text' ? payload.text : payload.type));
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, at) => at + 1));
  expect([...texts].sort()).toEqual([...written].sort());
  for (const { page, userId } of seats) {
    await until(() => rowsOf(page)).toEqual(texts.map((text, at) => ({ seq: at + 1, text })));
    // What one person wrote stays in the order in which it was written.
    expect(texts.filter((text) => text.startsWith(userId))).toEqual(written.filter((text) => text.startsWith(userId)));
  }
});
