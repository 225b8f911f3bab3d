import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseKeyring } from '@trialogue/crypto';
import type { ClientApi, DataOf, Envelope, PlatformApi, Session } from '@trialogue/protocol/api';
import { Im } from '@trialogue/sdk';
import { createLogger, readConfig, startNode, type Node } from '@trialogue/server';
import type { Bus } from '@trialogue/server/core';
import { ada, bo } from '@trialogue/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';

import { findCanaries, type Place } from './world/canaries.ts';

/** What the node says over its bus. */
const notices = vi.hoisted(() => [] as string[]);
vi.mock('../packages/server/src/bus/memory.ts', async (real) => {
  const { memoryBus } = await real<{ memoryBus: () => Bus }>();
  return {
    memoryBus() {
      const bus = memoryBus();
      bus.listen((notice) => void notices.push(JSON.stringify(notice)));
      return bus;
    },
  };
});

const dataDir = mkdtempSync(join(tmpdir(), 'trialogue-canary-'));
const appSecret = randomBytes(32).toString('base64url');
const masterKey = randomBytes(32);
const logged: string[] = [];
let node: Node;

beforeAll(async () => {
  const config = readConfig({
    PORT: '0',
    DATA_DIR: dataDir,
    APP_ID: 'shop',
    APP_SECRET: appSecret,
    MASTER_KEY: masterKey.toString('base64'),
    LOG_LEVEL: 'debug',
  });
  node = await startNode(config, { logger: createLogger('debug', { write: (line) => void logged.push(line) }) });
}, 60_000);
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

test('a conversation leaves no word, key, token or ticket in the database, the files, the logs or the bus (I37)', async () => {
  const secret = (what: string) => `${what}-${randomBytes(9).toString('hex')}`;
  const words = {
    typed: secret('typed'),
    posted: secret('posted'),
    inFile: secret('in-file'),
    fileName: secret('name'),
  };

  for (const { userId, name, urole } of [ada, bo]) await platform('PUT', `/users/${userId}`, { name, urole });
  const { groupId, links } = await platform<DataOf<PlatformApi['createGroup']>>('POST', '/groups', {
    name: 'Tea',
    members: [{ userId: ada.userId }, { userId: bo.userId }],
  });
  const ticketOf = (userId: string) => ticketIn(links.find((link) => link.userId === userId)?.url ?? '');
  const adas = await client<Session>('POST', '/session', {
    body: { groupId, userId: ada.userId, ticket: ticketOf(ada.userId) },
  });
  const bos = await client<Session>('POST', '/session', {
    body: { groupId, userId: bo.userId, ticket: ticketOf(bo.userId) },
  });
  const entered = (token: string) =>
    client<DataOf<ClientApi['getConversation']>>('GET', `/conversation?groupId=${groupId}`, { token });

  const im = { ada: connect(await entered(adas.token)), bo: connect(await entered(bos.token)) };
  const heard = (who: Im, text: string) =>
    new Promise<void>((resolve) => {
      who.on('message', ({ payload }) => {
        if (payload?.['text'] === text) resolve();
      });
    });
  const bothHear = [heard(im.bo.app, words.typed), heard(im.ada.app, words.posted)];
  await Promise.all([im.ada.opened, im.bo.opened]);
  const { seq } = await im.ada.app.socket.send({ type: 'text', text: words.typed });
  await platform('POST', `/groups/${groupId}/messages`, {
    fromuid: bo.userId,
    clientMsgId: 'posted-1',
    payload: { type: 'text', text: words.posted },
  });
  await Promise.all(bothHear);
  im.bo.app.socket.markRead(seq);

  const form = new FormData();
  form.append('file', new Blob([words.inFile.repeat(40)], { type: 'text/plain' }), `${words.fileName}.txt`);
  const file = await client<DataOf<ClientApi['uploadFile']>>('POST', `/conversations/${groupId}/files`, {
    token: adas.token,
    form,
  });
  await platform('DELETE', `/groups/${groupId}/members/${bo.userId}`);
  const rotated = await entered(adas.token);
  await client('POST', `/conversations/${groupId}/messages/${seq}/recall`, { token: adas.token });
  await client('GET', `/conversations/${groupId}/messages`, { token: adas.token });
  const refreshed = await client<Session>('POST', '/session/refresh', { body: { refreshToken: adas.refreshToken } });
  await expect(client('GET', '/conversations', { token: 'no-token' })).rejects.toThrow('auth.invalid');
  await expect(
    client('POST', '/session', { body: { groupId, userId: ada.userId, ticket: ticketOf(ada.userId) } }),
  ).rejects.toThrow('ticket.used');

  const canaries: Record<string, string | Uint8Array> = {
    ...words,
    'the app secret': appSecret,
    'the master key': masterKey,
    'the dlgKey': rotated.dlgKey,
    ...Object.fromEntries([...parseKeyring(rotated.dlgKey)].map(([epoch, key]) => [`key ${epoch}`, key])),
    ...Object.fromEntries(links.map(({ userId }) => [`ticket of ${userId}`, ticketOf(userId)])),
    ...Object.fromEntries(
      [adas, bos, refreshed].flatMap(({ token, refreshToken }, at) => [
        [`token ${at}`, token],
        [`refresh token ${at}`, refreshToken],
      ]),
    ),
    'the imToken': rotated.imToken,
  };
  const said: Place[] = [
    ['the logs', Buffer.from(logged.join(''))],
    ['the bus', Buffer.from(notices.join('\n'))],
  ];
  const whileItRuns = placesIn(dataDir);
  im.ada.app.socket.close();
  im.bo.app.socket.close();
  await node.close();

  // The places are the right ones: they hold what may be there.
  expect(whileItRuns.map(([name]) => name).join(' ')).toMatch(/\.db.*-wal/);
  expect(whileItRuns.map(([name]) => name).join(' ')).toContain(file.fileId);
  expect(whileItRuns.some(([, bytes]) => bytes.includes(groupId))).toBe(true);
  expect(notices.join('')).toContain('"kind":"key"');
  expect(logged.join('')).toContain('recallMsg');
  expect(findCanaries(canaries, [...said, ...whileItRuns, ...placesIn(dataDir)])).toEqual([]);
});

function connect(to: DataOf<ClientApi['getConversation']>): { app: Im; opened: Promise<void> } {
  const app = new Im({ WebSocket });
  const opened = new Promise<void>((resolve) => void app.on('opened', () => resolve()));
  app.on('connect', () => app.socket.bindUser({ token: to.imToken, uid: to.userId }));
  app.getInstance({ wsAddr: to.wsAddress, dlgId: to.dlgId, dlgKey: to.dlgKey, user: { fromuid: to.userId } });
  return { app, opened };
}

const ticketIn = (url: string): string => new URLSearchParams(new URL(url).hash.slice(1)).get('ticket') ?? '';

const platform = <T>(method: string, path: string, body?: unknown): Promise<T> =>
  call<T>(method, `/platform/v1${path}`, { token: appSecret, body });

const client = <T>(method: string, path: string, given: { token?: string; body?: unknown; form?: FormData } = {}) =>
  call<T>(method, `/api/v1${path}`, given);

async function call<T>(
  method: string,
  path: string,
  { token, body, form }: { token?: string; body?: unknown; form?: FormData },
): Promise<T> {
  const answer = await fetch(`${node.origin}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: form ?? (body === undefined ? null : JSON.stringify(body)),
  });
  const envelope = (await answer.json()) as Envelope<T>;
  if (envelope.code !== 0) throw new Error(`${method} ${path}: ${envelope.error}`);
  return envelope.data;
}

const placesIn = (folder: string): Place[] =>
  readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(folder.length), readFileSync(path)]);
