import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import { printKeyring } from '@trialogue/crypto';
import {
  id,
  SUBPROTOCOL,
  type ClientFrame,
  type MsgId,
  type ServerFrame,
  type SessionId,
  type UserId,
} from '@trialogue/protocol';
import { ada, bo, tea } from '@trialogue/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer, type WebSocket as Socket } from 'ws';

import { Im, ImDecryptError, ImError, type ImConfig, type Received } from './index.ts';

const dlgKey = printKeyring(new Map([[1, new Uint8Array(32).fill(7)]]));

/** A server that says yes to everything and sends on what it gets, over real sockets. */
async function echoServer() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const sockets = new Set<Socket>();
  let seq = 0;
  server.on('connection', (socket) => {
    sockets.add(socket);
    let user = id<UserId>('nobody');
    const say = (frame: ServerFrame, to = socket) => to.send(JSON.stringify(frame));
    say({ op: 'hello', versions: [1], pingMs: 25_000, maxFrame: 65_536, serverTime: 1 });
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString('utf8')) as ClientFrame;
      if (frame.op === 'bind') {
        user = frame.uid;
        say({ op: 'bound', userId: user, sessionId: id<SessionId>('s'), expiresAt: 1 });
      }
      if (frame.op === 'open')
        say({
          op: 'opened',
          id: frame.id,
          dlgId: frame.dlgId,
          head: seq,
          readSeq: 0,
          dlgKey,
          minSeq: 1,
          logEpoch: 'e1',
          online: [],
        });
      if (frame.op === 'send') {
        const stored = { seq: ++seq, msgId: id<MsgId>(`m${seq}`), sentAt: seq };
        const { dlgId, clientMsgId, content } = frame;
        say({ op: 'ack', dlgId, clientMsgId, ...stored });
        for (const each of sockets) say({ op: 'message', dlgId, clientMsgId, content, fromuid: user, ...stored }, each);
      }
    });
    socket.on('close', () => sockets.delete(socket));
  });
  return {
    sockets,
    get wsAddr() {
      return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
    },
    close() {
      for (const socket of sockets) socket.terminate();
      server.close();
    },
  };
}

describe('the SDK on real sockets', () => {
  let server: Awaited<ReturnType<typeof echoServer>>;
  const apps: Im[] = [];
  beforeEach(async () => {
    server = await echoServer();
  });
  afterEach(() => {
    for (const app of apps.splice(0)) app.socket.close();
    server.close();
  });

  /** As in the seed: getInstance, bindUser in onConnect. */
  function enter(who: typeof ada, changes: Partial<ImConfig> = {}) {
    const imApp = new Im({ WebSocket });
    apps.push(imApp);
    const messages: Received[] = [];
    const calls: string[] = [];
    imApp.getInstance({
      wsAddr: server.wsAddr,
      dlgKey,
      dlgId: tea,
      user: { fromuid: who.userId },
      handler: {
        onConnect() {
          calls.push(`onConnect ${String(imApp.socket.getState())}`);
          imApp.socket.bindUser({ avatar: '', token: 't', name: who.name, remark: '', uid: who.userId });
        },
        onBindUserSuccess: ({ userId }) => void calls.push(`onBindUserSuccess ${userId}`),
        onMessage: (e) => void messages.push(e),
        onClose: ({ willReconnect }) => void calls.push(`onClose ${String(willReconnect)}`),
        onError: ({ error }) => void calls.push(`onError ${error}`),
        onReConnect: ({ reason }) => void calls.push(`onReConnect ${reason}`),
      },
      ...changes,
    });
    const opened = new Promise<void>((resolve) => void imApp.on('opened', () => resolve()));
    return { imApp, messages, calls, opened };
  }

  test('where there is no IndexedDB, it is said once that the outbox is in memory', async () => {
    const imApp = new Im({ WebSocket });
    apps.push(imApp);
    const reasons: string[] = [];
    imApp.on('outboxInMemory', ({ reason }) => void reasons.push(reason));
    const config = { wsAddr: server.wsAddr, dlgKey, dlgId: tea, user: { fromuid: ada.userId } };
    const onConnect = () => imApp.socket.bindUser({ token: 't', uid: ada.userId });
    imApp.getInstance(config).getInstance({ ...config, handler: { onConnect } });
    expect(await imApp.socket.send({ type: 'text', text: 'hi' })).toMatchObject({ seq: 1 });
    expect(reasons).toEqual([expect.stringContaining('indexedDB')]);
    expect(imApp.socket.outbox()).toEqual([]);
  });

  test('Ada and Bo talk, and what goes over the wire is sealed', async () => {
    const [adas, bos] = [enter(ada), enter(bo)];
    await Promise.all([adas.opened, bos.opened]);
    expect([...server.sockets][0]?.protocol).toBe(SUBPROTOCOL);
    const { seq } = await adas.imApp.socket.send({ type: 'text', text: '这个茶怎么泡？' });
    await bos.imApp.socket.send({ type: 'text', text: '八十度' });
    await vi.waitFor(() => expect([adas.messages.length, bos.messages.length]).toEqual([2, 2]));
    expect(seq).toBe(1);
    expect(bos.messages).toEqual(adas.messages);
    const [question] = bos.messages;
    expect(question).toMatchObject({
      dlgId: tea,
      seq: 1,
      fromuid: 'ada',
      payload: { type: 'text', text: '这个茶怎么泡？' },
    });
    const { decrypt } = bos.imApp;
    expect(decrypt(question?.content ?? '', tea, dlgKey)).toBe('{"type":"text","text":"这个茶怎么泡？"}');
    expect(adas.calls).toEqual(['onConnect true', 'onBindUserSuccess ada']);
  });

  test('comes back by itself when the connection breaks, and hears what follows', async () => {
    const { imApp, calls, messages, opened } = enter(ada);
    await opened;
    const again = new Promise<void>((resolve) => void imApp.on('opened', () => resolve()));
    for (const socket of server.sockets) socket.terminate();
    await again;
    await imApp.socket.send({ type: 'text', text: 'still here' });
    await vi.waitFor(() => expect(messages).toHaveLength(1));
    expect(calls.slice(2)).toEqual(['onClose true', 'onReConnect lost', 'onConnect true', 'onBindUserSuccess ada']);
  });

  test('close is for good, and closing before the socket is open hurts nobody', async () => {
    const { imApp, opened, calls } = enter(ada);
    await opened;
    expect(imApp.socket.getState()).toBe(true);
    imApp.socket.close();
    expect(imApp.socket.getState()).toBe(false);
    await vi.waitFor(() => expect(server.sockets.size).toBe(0));
    expect(calls.at(-1)).toBe('onClose false');
    enter(bo).imApp.socket.close();
    await new Promise((resolve) => setTimeout(resolve, 30));
  });

  test('a second getInstance closes the first connection', async () => {
    const { imApp, opened, calls } = enter(ada);
    await opened;
    const again = new Promise<void>((resolve) => void imApp.on('bound', () => resolve()));
    const config = { wsAddr: server.wsAddr, user: { fromuid: ada.userId } };
    expect(
      imApp.getInstance({ ...config, handler: { onConnect: () => imApp.socket.bindUser({ token: 't', uid: 'ada' }) } }),
    ).toBe(imApp);
    await again;
    await vi.waitFor(() => expect(server.sockets.size).toBe(1));
    expect(calls.at(-1)).toBe('onClose false');
  });
});

describe('an application that makes a mistake is told which', () => {
  const im = () => new Im({ WebSocket });
  const config: ImConfig = { wsAddr: 'ws://127.0.0.1:1', user: { fromuid: 'ada' } };

  test('in getInstance', () => {
    expect(() => im().getInstance({ ...config, wsAddr: '/ws' })).toThrow('wsAddr: expected ws:');
    expect(() => im().getInstance({ ...config, user: { fromuid: '' } })).toThrow('user.fromuid: expected');
    expect(() => im().getInstance({ ...config, dlgId: 'tea', dlgKey: 'secret' })).toThrow(
      'dlgKey: expected what getConversation',
    );
    expect(() => im().getInstance({ ...config, dlgId: 'two words' })).toThrow('getInstance.dlgId: expected text like');
  });

  test('before getInstance', async () => {
    const { socket } = im();
    expect(socket.getState()).toBe(false);
    socket.close();
    expect(() => socket.bindUser({ token: 't', uid: 'ada' })).toThrow(ImError);
    await expect(socket.send({ type: 'text', text: 'hi' })).rejects.toMatchObject({ error: 'sdk.not_started' });
  });

  test('where there is no WebSocket', () => {
    vi.stubGlobal('WebSocket', undefined);
    expect(() => new Im().getInstance(config)).toThrow('new Im({ WebSocket })');
    vi.unstubAllGlobals();
  });
});

describe('sealing and opening without a connection', () => {
  const imApp = new Im();
  const to = { dlgId: 'tea', dlgKey, fromuid: 'ada', clientMsgId: imApp.newClientMsgId() };

  test('encrypt and decrypt are each other’s inverse', () => {
    const content = imApp.encrypt('你好', to);
    expect(imApp.decrypt(content, 'tea', dlgKey)).toBe('你好');
    expect(imApp.tryDecrypt(content, 'tea', dlgKey)).toEqual({ ok: true, plaintext: '你好' });
  });

  test('decrypt throws a typed error, tryDecrypt gives it', () => {
    const content = imApp.encrypt('你好', to);
    expect(() => imApp.decrypt(content, 'coffee', dlgKey)).toThrow(ImDecryptError);
    expect(imApp.tryDecrypt(content, 'coffee', dlgKey)).toMatchObject({ ok: false, error: { code: 'E_TAMPERED' } });
    expect(imApp.tryDecrypt('hi', 'tea', dlgKey)).toMatchObject({ ok: false, error: { code: 'E_FORMAT' } });
  });
});

test('a call without its arguments, or in the name of the server, is refused by name', async () => {
  const im = new Im({ WebSocket });
  const odd = undefined as unknown as ImConfig;
  expect(() => im.getInstance(odd)).toThrow(expect.objectContaining({ error: 'sdk.bad_argument' }));
  im.getInstance({ wsAddr: 'ws://127.0.0.1:1/ws', dlgId: tea, dlgKey, user: { fromuid: ada.userId } });
  await expect(im.socket.send({ type: 'system', event: 'note' })).rejects.toMatchObject({ error: 'sdk.bad_argument' });
  im.socket.close();
});
