import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { startLink, type Link } from './link.ts';

let echo: Server;
let link: Link;
beforeEach(async () => {
  echo = createServer((socket) => void socket.on('error', () => {}).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  link = await startLink((echo.address() as AddressInfo).port);
});
afterEach(() => {
  link.close();
  echo.close();
});

function dial(): { socket: Socket; heard: () => string; isGone: () => boolean } {
  let [heard, isGone] = ['', false];
  const socket = connect(link.port, '127.0.0.1');
  socket.on('data', (bytes) => (heard += bytes.toString()));
  socket.on('error', () => {}).on('close', () => (isGone = true));
  return { socket, heard: () => heard, isGone: () => isGone };
}
const soon = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 5 });

test('a link passes everything on, and once cut nothing more, until it is healed', async () => {
  const before = dial();
  before.socket.write('hello');
  await soon(() => expect(before.heard()).toBe('hello'));
  link.cut();
  await soon(() => expect(before.isGone()).toBe(true));
  const during = dial();
  await soon(() => expect(during.isGone()).toBe(true));
  link.heal();
  const after = dial();
  after.socket.write('again');
  await soon(() => expect(after.heard()).toBe('again'));
});

test('a silent link keeps its connections, and what was said meanwhile comes late and in order', async () => {
  const one = dial();
  one.socket.write('a');
  await soon(() => expect(one.heard()).toBe('a'));
  link.silence();
  one.socket.write('b');
  const other = dial();
  other.socket.write('c');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([one.heard(), other.heard(), one.isGone()]).toEqual(['a', '', false]);
  link.heal();
  one.socket.write('d');
  await soon(() => expect([one.heard(), other.heard()]).toEqual(['abd', 'c']));
});
