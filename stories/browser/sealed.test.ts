import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { ada, bo, cy } from '@trialogue/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

import { attach, entered, hears, say, sendAttached } from './conversation.ts';
import { openScene, type Scene } from './scene.ts';
import { ticketIn } from './ticket.ts';

let scene: Scene;
beforeAll(async () => void (scene = await openScene({ LOG_LEVEL: 'debug' })));
afterEach(async () => expect(await scene.leave()).toEqual([]));
afterAll(() => scene.close());

const secret = 'kanarienvogel-7341';

test('after a conversation neither the database nor the files nor the logs hold a word of it, a key, a token or a ticket', async () => {
  const { node } = scene;
  const group = await scene.tea();
  const adas = await scene.enter(group.linkOf(ada.userId));
  await scene.enter(group.linkOf(bo.userId));
  await say(adas.page, `Ada: ${secret}`);
  await node.platform.post(group.groupId, cy.userId, { type: 'text', text: `Cy: ${secret}` });
  await attach(adas.page, 'files', { name: `${secret}.txt`, mimeType: 'text/plain', buffer: Buffer.from(secret) });
  await sendAttached(adas.page, '…');
  await hears(adas.page, `Cy: ${secret}`, '…');
  await adas.page.getByRole('button', { name: `下载 ${secret}.txt` }).waitFor();
  // A reload asks for the history.
  await adas.page.reload();
  await entered(adas.page);
  await hears(adas.page, `Ada: ${secret}`);

  const kept = await adas.page.evaluate(() => sessionStorage.getItem('userInfo') ?? '');
  const { token, refreshToken } = JSON.parse(kept) as { token: string; refreshToken: string };
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${node.origin}/api/v1/conversation?groupId=${group.groupId}`, { headers });
  const { dlgKey } = ((await answer.json()) as { data: { dlgKey: string } }).data;

  const needles = [secret, token, refreshToken, dlgKey, ticketIn(group.linkOf(ada.userId))];
  const places = filesIn(node.dataDir).map((path): [string, Buffer] => [path, readFileSync(path)]);
  expect(places.map(([path]) => path).some((path) => path.includes('wal'))).toBe(true);
  places.push(['what it printed', Buffer.from(node.output())]);
  // The links that the demo prints are its own; of this conversation nothing may be there.
  for (const needle of needles) {
    const forms = [
      Buffer.from(needle),
      Buffer.from(needle, 'utf16le'),
      Buffer.from(Buffer.from(needle).toString('base64')),
    ];
    for (const [place, bytes] of places)
      for (const form of forms) expect([place, bytes.includes(form)]).toEqual([place, false]);
  }
  expect(node.output()).toMatch(/"level"/);
});

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
