import { randomBytes } from 'node:crypto';

import { parseKeyring } from '@trialogue/crypto';
import type { ClientApi, DataOf, Envelope, PlatformApi, Session } from '@trialogue/protocol/api';
import { Im } from '@trialogue/sdk';
import { ada, bo, cy } from '@trialogue/testkit';
import { expect } from 'vitest';
import { WebSocket } from 'ws';

/** A server that runs, and the secrets that it was given. */
interface Served {
  origin: string;
  appSecret: string;
  masterKey: Uint8Array;
}

export interface Talked {
  /** What may lie nowhere, by name. */
  canaries: Record<string, string | Uint8Array>;
  /** What may: who looks in the right places finds it. */
  groupId: string;
  fileId: string;
  /** What the server answered to whoever was refused, and to whoever watches it. */
  answers: Buffer;
  /** Everybody goes. */
  leave(): void;
}

type Entered = DataOf<ClientApi['getConversation']>;

/** One of everything in which people or a platform put words: said, posted, uploaded whole and in part, noted, settled. */
export async function talk({ origin, appSecret, masterKey }: Served): Promise<Talked> {
  const answers: string[] = [];
  const secret = (what: string) => `${what}-${randomBytes(9).toString('hex')}`;
  const names = ['typed', 'posted', 'noted', 'in-file', 'in-half', 'name', 'half-name', 'custom', 'reply', 'own-reply'];
  const words = Object.fromEntries([...names, 'greeting', 'recalled'].map((name) => [name, secret(name)]));
  const word = (name: string): string => words[name] ?? '';
  const platform = <T>(method: string, path: string, body?: unknown) =>
    call<T>(`${origin}/platform/v1${path}`, method, { token: appSecret, body });
  const client = <T>(method: string, path: string, given: Given = {}) =>
    call<T>(`${origin}/api/v1${path}`, method, given);

  for (const { userId, name, urole } of [ada, bo, cy])
    await platform('PUT', `/users/${userId}`, { name, urole, custom: { says: word('custom') } });
  const { groupId, links } = await platform<DataOf<PlatformApi['createGroup']>>('POST', '/groups', {
    name: 'Tea',
    members: [ada, bo, cy].map(({ userId }) => ({ userId })),
  });
  const ticketOf = (userId: string) => ticketIn(links.find((link) => link.userId === userId)?.url ?? '');
  const sessionOf = (userId: string) =>
    client<Session>('POST', '/session', { body: { groupId, userId, ticket: ticketOf(userId) } });
  const [adas, bos, cys] = [await sessionOf('ada'), await sessionOf('bo'), await sessionOf('cy')];
  const entered = (token: string) => client<Entered>('GET', `/conversation?groupId=${groupId}`, { token });

  const im = { ada: connect(await entered(adas.token)), bo: connect(await entered(bos.token)) };
  const heard = (who: Im, text: string) =>
    new Promise<void>((resolve) => {
      who.on('message', ({ payload }) => {
        if (payload?.['text'] === text) resolve();
      });
    });
  const bothHear = [heard(im.bo.app, word('typed')), heard(im.ada.app, word('posted'))];
  await Promise.all([im.ada.opened, im.bo.opened]);
  const { seq } = await im.ada.app.socket.send({ type: 'text', text: word('typed') });
  const taken = await im.ada.app.socket.send({ type: 'text', text: word('recalled') });
  await platform('POST', `/groups/${groupId}/messages`, {
    fromuid: bo.userId,
    clientMsgId: 'posted-1',
    payload: { type: 'text', text: word('posted') },
  });
  await Promise.all(bothHear);
  im.bo.app.socket.markRead(seq);

  const inGroup = `/conversations/${groupId}`;
  const form = new FormData();
  form.append('file', new Blob([word('in-file').repeat(40)], { type: 'text/plain' }), `${word('name')}.txt`);
  const file = await client<DataOf<ClientApi['uploadFile']>>('POST', `${inGroup}/files`, { token: adas.token, form });
  const half = word('in-half').repeat(40);
  const begun = await client<{ uploadId: string }>('POST', `${inGroup}/uploads`, {
    token: adas.token,
    body: { name: `${word('half-name')}.txt`, mime: 'text/plain', size: half.length + 1 },
  });
  await client('PATCH', `${inGroup}/uploads/${begun.uploadId}?offset=0`, { token: adas.token, octets: half });
  const notes = await client<{ dlgId: string; dlgKey?: string }>('POST', `${inGroup}/notes`, { token: cys.token });
  const lane = await client<Entered>('GET', `/conversation?groupId=${notes.dlgId}`, { token: cys.token });
  await platform('PUT', '/replies/hello', { title: 'Hello', text: word('reply') });
  await client('PUT', '/replies/hello', { token: cys.token, body: { title: 'Hello', text: word('own-reply') } });
  await platform('PUT', '/settings', { greeting: { text: word('greeting') } });
  await client('POST', `${inGroup}/visits`, { token: adas.token });

  const cyAtNotes = connect(lane);
  await cyAtNotes.opened;
  await cyAtNotes.app.socket.send({ type: 'text', text: word('noted') });
  await platform('DELETE', `/groups/${groupId}/members/${bo.userId}`);
  const rotated = await entered(adas.token);
  await client('POST', `${inGroup}/messages/${taken.seq}/recall`, { token: adas.token });
  await client('GET', `${inGroup}/messages`, { token: adas.token });
  await platform('GET', `/groups/${groupId}/transcript`);
  const refreshed = await client<Session>('POST', '/session/refresh', { body: { refreshToken: adas.refreshToken } });

  const refusals: [path: string, method: string, given: Given, error: string][] = [
    ['/api/v1/conversations', 'GET', { token: 'no-token' }, 'auth.invalid'],
    ['/api/v1/session', 'POST', { body: { groupId, userId: 'ada', ticket: ticketOf('ada') } }, 'ticket.used'],
    [`/api/v1${inGroup}/messages`, 'POST', { token: adas.token, body: { text: word('typed') } }, 'request.malformed'],
    [`/platform/v1/groups/${groupId}/messages`, 'POST', { token: adas.token, body: words }, 'auth'],
    [
      '/platform/v1/settings',
      'PUT',
      { token: appSecret, body: { greeting: { words: word('greeting') } } },
      'request.malformed',
    ],
    [`/api/v1/session/refresh`, 'POST', { body: { refreshToken: adas.refreshToken } }, 'auth'],
  ];
  for (const [path, method, given, error] of refusals) {
    const text = await ask(`${origin}${path}`, method, given);
    expect([path, text]).toEqual([path, expect.stringContaining(`"error":"${error}`)]);
    answers.push(text);
  }
  for (const path of ['/metrics', '/healthz', '/readyz', '/openapi.json'])
    answers.push(await ask(`${origin}${path}`, 'GET', {}));
  expect(answers.join('')).toContain('trialogue_frames_in_total');

  const keysOf = (of: string, dlgKey: string) =>
    Object.fromEntries([...parseKeyring(dlgKey)].map(([epoch, key]) => [`key ${epoch} of ${of}`, key]));
  return {
    canaries: {
      ...words,
      'the app secret': appSecret,
      'the master key': masterKey,
      'the dlgKey': rotated.dlgKey,
      ...keysOf('the group', rotated.dlgKey),
      ...keysOf('the notes', lane.dlgKey),
      ...Object.fromEntries(links.map(({ userId }) => [`ticket of ${userId}`, ticketOf(userId)])),
      ...Object.fromEntries(
        [adas, bos, cys, refreshed].flatMap(({ token, refreshToken }, at) => [
          [`token ${at}`, token],
          [`refresh token ${at}`, refreshToken],
        ]),
      ),
      'the imToken': rotated.imToken,
    },
    groupId,
    fileId: file.fileId,
    answers: Buffer.from(answers.join('\n')),
    leave() {
      for (const { app } of [im.ada, im.bo, cyAtNotes]) app.socket.close();
    },
  };
}

function connect(to: Entered): { app: Im; opened: Promise<void> } {
  const app = new Im({ WebSocket });
  const opened = new Promise<void>((resolve) => void app.on('opened', () => resolve()));
  app.on('connect', () => app.socket.bindUser({ token: to.imToken, uid: to.userId }));
  app.getInstance({ wsAddr: to.wsAddress, dlgId: to.dlgId, dlgKey: to.dlgKey, user: { fromuid: to.userId } });
  return { app, opened };
}

const ticketIn = (url: string): string => new URLSearchParams(new URL(url).hash.slice(1)).get('ticket') ?? '';

interface Given {
  token?: string;
  body?: unknown;
  form?: FormData;
  octets?: string;
}

async function call<T>(url: string, method: string, given: Given): Promise<T> {
  const text = await ask(url, method, given);
  if (!text.startsWith('{"code"')) return undefined as T;
  const envelope = JSON.parse(text) as Envelope<T>;
  if (envelope.code !== 0) throw new Error(`${method} ${url}: ${envelope.error}`);
  return envelope.data;
}

async function ask(url: string, method: string, { token, body, form, octets }: Given): Promise<string> {
  const type = octets === undefined ? body !== undefined && 'application/json' : 'application/octet-stream';
  const answer = await fetch(url, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(type && { 'content-type': type }),
    },
    body: form ?? octets ?? (body === undefined ? null : JSON.stringify(body)),
  });
  return answer.text();
}
