import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { printKeyring } from '@trialogue/crypto';
import {
  id,
  type ClientFrameOf,
  type ClientFrame,
  type MsgId,
  type ServerFrame,
  type SessionId,
} from '@trialogue/protocol';
import type { Im } from '@trialogue/sdk';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';

import { launch } from './chromium.ts';
import { until } from './until.ts';

const dlgKey = printKeyring(new Map([[1, new Uint8Array(32).fill(7)]]));

/** The SDK alone on a page, and a server that can be told to keep what it is sent to itself. */
async function shop(sdk: string) {
  const http = createServer((request, answer) => {
    const isScript = request.url === '/sdk.js';
    answer.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    answer.end(isScript ? readFileSync(sdk) : '<!doctype html><title>shop</title><script src="/sdk.js"></script>');
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const sockets = new WebSocketServer({ server: http });
  const at = { isMute: false, sends: [] as ClientFrameOf<'send'>[], binds: [] as ClientFrameOf<'bind'>[] };
  const known = new Map<string, number>();
  sockets.on('connection', (socket) => {
    const say = (frame: ServerFrame) => socket.send(JSON.stringify(frame));
    say({ op: 'hello', versions: [1], pingMs: 25_000, maxFrame: 65_536, serverTime: 1 });
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString('utf8')) as ClientFrame;
      if (frame.op === 'bind') {
        at.binds.push(frame);
        say({ op: 'bound', userId: frame.uid, sessionId: id<SessionId>('s'), expiresAt: 1 });
      }
      if (frame.op === 'open') {
        const about = { dlgId: frame.dlgId, head: 0, readSeq: 0, minSeq: 1, logEpoch: 'e1', online: [] };
        say({ op: 'opened', id: frame.id, ...about, dlgKey });
      }
      if (frame.op !== 'send') return;
      at.sends.push(frame);
      if (at.isMute) return;
      const { dlgId, clientMsgId } = frame;
      const seq = known.get(clientMsgId) ?? known.size + 1;
      known.set(clientMsgId, seq);
      say({ op: 'ack', dlgId, clientMsgId, seq, msgId: id<MsgId>(`m${seq}`), sentAt: seq });
    });
  });
  const drop = () => sockets.clients.forEach((socket) => socket.terminate());
  return Object.assign(at, {
    port: (http.address() as AddressInfo).port,
    drop,
    close() {
      drop();
      http.close();
    },
  });
}

declare global {
  interface Window {
    Im: typeof Im;
    app: Im;
    heard: { name: string; detail: Record<string, unknown> }[];
  }
}

let browser: Browser;
let out: string;
let server: Awaited<ReturnType<typeof shop>>;
let context: BrowserContext;
beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'im-sdk-'));
  const script = fileURLToPath(new URL('../../packages/sdk/build.mjs', import.meta.url));
  await promisify(execFile)(process.execPath, [script, '--out', out]);
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  rmSync(out, { recursive: true, force: true });
});
beforeEach(async () => {
  server = await shop(join(out, 'im-sdk.min.js'));
  context = await browser.newContext();
});
afterEach(async () => {
  await context.close();
  server.close();
});

/** Somebody opens the page, or opens it again. */
async function enter(page: Page, { uid = 'ada' } = {}): Promise<void> {
  await page.goto(`http://127.0.0.1:${server.port}/`);
  await page.evaluate(
    ({ uid: user, dlgKey: key, wsAddr }) => {
      window.heard = [];
      window.app = new window.Im();
      for (const name of ['outbox', 'outboxInMemory', 'error'] as const) {
        window.app.on(name, (detail) => window.heard.push({ name, detail: { ...detail } }));
      }
      const onConnect = () => window.app.socket.bindUser({ uid: user, token: 't' });
      window.app.getInstance({ wsAddr, dlgId: 'tea', dlgKey: key, user: { fromuid: user }, handler: { onConnect } });
    },
    { uid, dlgKey, wsAddr: `ws://127.0.0.1:${server.port}/ws` },
  );
}
const send = (page: Page, text: string) =>
  page.evaluate((said) => void window.app.socket.send({ type: 'text', text: said }, { clientMsgId: said }), text);
const waiting = (page: Page) =>
  page.evaluate(() =>
    window.app.socket.outbox().map(({ clientMsgId, state, isElsewhere, payload }) => ({
      clientMsgId,
      state,
      isElsewhere,
      text: (payload?.['text'] ?? '') as string,
    })),
  );
const heard = (page: Page, name: string) =>
  page.evaluate((of) => window.heard.flatMap((one) => (one.name === of ? [one.detail] : [])), name);

test('what a page could not send, it sends when it is opened again: the same bytes, in order (I3, I4)', async () => {
  server.isMute = true;
  const page = await context.newPage();
  await enter(page);
  await send(page, 'canary-one');
  await send(page, 'canary-two');
  await until(() => server.sends.length === 1).toBe(true);
  const [first] = server.sends;

  // At rest it is sealed (I37).
  const kept = await page.evaluate(async () => {
    const opening = indexedDB.open('trialogue');
    const database = await new Promise<IDBDatabase>((done) => (opening.onsuccess = () => done(opening.result)));
    const all = database.transaction('outbox').objectStore('outbox').getAll();
    return new Promise<unknown[]>((done) => (all.onsuccess = () => done(all.result as unknown[])));
  });
  expect(kept).toHaveLength(2);
  for (const row of kept)
    expect(Object.values(row as object).filter((value) => value === 't' || value === dlgKey)).toEqual([]);

  await enter(page, { uid: 'bo' });
  expect(await waiting(page)).toEqual([]);

  server.isMute = false;
  server.sends = [];
  await enter(page);
  await until(() => server.sends.length === 2).toBe(true);
  expect(server.sends[0]).toMatchObject({ clientMsgId: first?.clientMsgId, content: first?.content });
  expect(server.sends.map(({ clientMsgId }) => clientMsgId)).toEqual(['canary-one', 'canary-two']);
  await until(async () => (await waiting(page)).length === 0).toBe(true);
  await enter(page);
  expect(await waiting(page)).toEqual([]);
  expect(await heard(page, 'outboxInMemory')).toEqual([]);
});

test('a second tab shows what the first one sends, and sends it when that one is closed', async () => {
  server.isMute = true;
  const [first, second] = [await context.newPage(), await context.newPage()];
  await enter(first);
  await enter(second);
  await until(() => server.binds.length === 2).toBe(true);
  expect(new Set(server.binds.map(({ sid }) => sid)).size).toBe(2);
  await send(first, 'one');
  const elsewhere = { clientMsgId: 'one', state: 'sending', isElsewhere: true, text: 'one' };
  await until(() => waiting(second)).toEqual([elsewhere]);
  expect(server.sends).toHaveLength(1);

  await first.close();
  server.isMute = false;
  server.drop();
  await until(() => server.sends.length >= 2).toBe(true);
  expect(server.sends[1]).toEqual({ ...server.sends[0], id: expect.any(Number) });
  await until(async () => (await waiting(second)).length === 0).toBe(true);
});

test('where the browser keeps nothing, it goes on in memory and says so once', async () => {
  const page = await context.newPage();
  await page.addInitScript(() => {
    Object.defineProperty(window, 'indexedDB', {
      get: () => {
        throw new DOMException('Not here.', 'SecurityError');
      },
    });
  });
  const failures: Error[] = [];
  page.on('pageerror', (error) => failures.push(error));
  await enter(page);
  await send(page, 'one');
  await until(async () => (await heard(page, 'outbox')).some(({ state }) => state === 'sent')).toBe(true);
  expect(await heard(page, 'outboxInMemory')).toEqual([{ reason: 'Not here.' }]);
  expect(await heard(page, 'error')).toEqual([]);
  expect(failures).toEqual([]);
});

test('without locks (no https) a tab finds its own again after a reload, and leaves alone those of others', async () => {
  server.isMute = true;
  await context.addInitScript(() => Object.defineProperty(navigator, 'locks', { value: undefined }));
  const [page, other] = [await context.newPage(), await context.newPage()];
  await enter(page);
  await send(page, 'one');
  await until(() => server.sends.length === 1).toBe(true);
  await enter(other);
  await until(() => server.binds.length === 2).toBe(true);
  expect(await waiting(other)).toMatchObject([{ isElsewhere: true }]);
  server.isMute = false;
  await enter(page);
  await until(() => server.sends.length === 2).toBe(true);
  await until(async () => (await waiting(page)).length === 0).toBe(true);
  expect(server.sends[1]).toEqual({ ...server.sends[0], id: expect.any(Number) });
});
