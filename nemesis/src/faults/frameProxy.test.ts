import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { randomFrom } from '@trialogue/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';

import { until } from '../time.ts';
import { startFrameProxy, type FrameProxy, type Harms } from './frameProxy.ts';

const none: Harms = { double: 0, swap: 0, truncate: 0, garbage: 0 };
const FEW_MS = 5_000;

let echo: WebSocketServer;
let proxy: FrameProxy | undefined;

beforeEach(async () => {
  echo = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(echo, 'listening');
});
afterEach(() => {
  proxy?.close();
  echo.close();
});

/** What a server hears of what ada says through the proxy. */
async function heard(harms: Partial<Harms>, said: readonly string[], count: number): Promise<string[]> {
  const { port } = echo.address() as AddressInfo;
  proxy = await startFrameProxy(() => `ws://127.0.0.1:${port}`, randomFrom(1), { ...none, ...harms });
  const words: string[] = [];
  echo.on('connection', (socket) =>
    socket.on('message', (data, isBinary) => words.push(isBinary ? 'bytes' : (data as Buffer).toString())),
  );
  const ada = new WebSocket(proxy.url);
  await once(ada, 'open');
  for (const word of said) ada.send(word);
  await until('the words', () => words.length >= count, FEW_MS);
  ada.terminate();
  return words;
}

test('without harm everything passes as it is', async () => {
  expect(await heard({}, ['one', 'two', 'three'], 3)).toEqual(['one', 'two', 'three']);
});

test('frames come twice', async () => {
  expect(await heard({ double: 1 }, ['one', 'two'], 4)).toEqual(['one', 'one', 'two', 'two']);
});

test('a frame is overtaken by the one behind it, and arrives when there is none', async () => {
  expect(await heard({ swap: 1 }, ['one', 'two', 'three'], 3)).toEqual(['two', 'one', 'three']);
});

test('frames lose their end, and nonsense comes before them', async () => {
  const [nonsense, cut] = await heard({ truncate: 1, garbage: 1 }, ['{"op":"pong"}'], 2);
  expect(nonsense).not.toBe(cut);
  expect('{"op":"pong"}'.startsWith(cut ?? '?')).toBe(true);
  expect(cut).not.toBe('{"op":"pong"}');
  expect(proxy?.done.get('truncate')).toBe(1);
});

test('once it is healed it does no harm any more', async () => {
  const { port } = echo.address() as AddressInfo;
  const healed = await startFrameProxy(() => `ws://127.0.0.1:${port}`, randomFrom(1), { ...none, double: 1 });
  healed.heal();
  const words: string[] = [];
  echo.on('connection', (socket) => socket.on('message', (data) => words.push((data as Buffer).toString())));
  const ada = new WebSocket(healed.url);
  await once(ada, 'open');
  for (const word of ['one', 'two']) ada.send(word);
  await until('the words', () => words.length >= 2, FEW_MS);
  expect(words).toEqual(['one', 'two']);
  ada.terminate();
  healed.close();
});
