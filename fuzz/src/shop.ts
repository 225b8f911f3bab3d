import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { seal } from '@trialogue/crypto';
import { id, limits, SUBPROTOCOL, type UserId } from '@trialogue/protocol';
import { createLogger, readConfig, startNode } from '@trialogue/server';
import { ada, bo, cy, type Person } from '@trialogue/testkit';
import { WebSocket } from 'ws';

import { must } from './target.ts';

/** A whole server on a free port, with Ada, Bo and Cy in one conversation. Nobody is held back for haste. */
export interface Shop {
  origin: string;
  appSecret: string;
  groupId: string;
  /** The keyring of the conversation, as a member has it. */
  dlgKey: string;
  tokenOf(userId: string): Promise<string>;
  /** Of frames, all that the server has read as such so far. */
  framesRead(): Promise<number>;
  /** The conversation is there again with its people, whatever has become of them. */
  restore(): Promise<void>;
  /** Somebody in another conversation goes on by the rules meanwhile. @throws when one is not answered. */
  neighboursTalk(): Promise<void>;
  /** @throws when the server has met a bug of its own. */
  mustBeWell(): Promise<void>;
  close(): Promise<void>;
}

const wide = Object.entries(limits)
  .filter(([name]) => /Per(Second|Minute|Hour)$|Burst$|^unboundPerAddress$|^socketsPerUser$/.test(name))
  .map(([name]) => `${name}=${name === 'unboundPerAddress' ? 100 : name === 'socketsPerUser' ? 50 : 1_000_000}`)
  .join(',');
const neighbour: Person = { userId: id<UserId>('next-door'), name: 'Neighbour', urole: 'user' };
/** An answer on a machine whose others come first. */
const PATIENCE_MS = 60_000;
export const REQUEST_MS = 60_000;

export async function openShop(): Promise<Shop> {
  const dataDir = mkdtempSync(join(tmpdir(), 'trialogue-fuzz-'));
  const appSecret = randomBytes(32).toString('base64url');
  const failed: string[] = [];
  const logger = createLogger('error', { write: (line) => void failed.push(line) });
  const config = readConfig({ PORT: '0', DATA_DIR: dataDir, APP_ID: 'shop', APP_SECRET: appSecret, LIMITS: wide });
  const node = await startNode(config, { logger });

  const platform = async <T>(method: string, path: string, body: unknown): Promise<T> => {
    const answer = await fetch(`${node.origin}/platform/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${appSecret}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return ((await answer.json()) as { data: T }).data;
  };
  for (const { userId, name, urole } of [ada, bo, cy, neighbour])
    await platform('PUT', `/users/${userId}`, { name, urole });
  const members = [ada, bo, cy].map(({ userId }) => ({ userId }));
  const groupId = 'tea';
  const restore = async () => {
    await platform('POST', '/groups', { groupId, name: 'Tea', members });
    await platform('POST', `/groups/${groupId}/members`, { members });
  };
  await restore();
  const tokenOf = async (userId: string) =>
    (await platform<{ token: string }>('POST', `/users/${userId}/tokens`, { ttlSeconds: 3600 })).token;

  const next = { groupId: 'next-door', name: 'Next door', members: [{ userId: neighbour.userId }] };
  const { groupId: dlgId } = await platform<{ groupId: string }>('POST', '/groups', next);
  const token = await tokenOf(neighbour.userId);
  const keyringOf = async (groupId: string, token: string) => {
    const entered = await fetch(`${node.origin}/api/v1/conversation?groupId=${groupId}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return ((await entered.json()) as { data: { dlgKey: string } }).data.dlgKey;
  };
  const dlgKey = await keyringOf(dlgId, token);
  const socket = new WebSocket(`${node.origin.replace('http', 'ws')}/ws`, SUBPROTOCOL);
  const waiting = new Map<string, () => void>();
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('message', (data) => {
      const frame = JSON.parse((data as Buffer).toString()) as { op: string; clientMsgId?: string };
      if (frame.op === 'hello') socket.send(JSON.stringify({ op: 'bind', token, uid: neighbour.userId }));
      if (frame.op === 'ping') socket.send('{"op":"pong"}');
      if (frame.op === 'bound') resolve();
      if (frame.op === 'ack') waiting.get(frame.clientMsgId ?? '')?.();
    });
  });

  return {
    origin: node.origin,
    appSecret,
    groupId,
    dlgKey: await keyringOf(groupId, await tokenOf(ada.userId)),
    tokenOf,
    async framesRead() {
      const metrics = await (await fetch(`${node.origin}/metrics`)).text();
      const counts = [...metrics.matchAll(/^trialogue_frames_in_total(?:\{.*\})? (\d+)$/gm)];
      must(counts.length > 0, 'the server does not count frames');
      return counts.reduce((sum, [, count]) => sum + Number(count), 0);
    },
    restore,
    async neighboursTalk() {
      const clientMsgId = `n-${randomBytes(6).toString('hex')}`;
      const to = { dlgId, dlgKey, fromuid: neighbour.userId, clientMsgId };
      const content = seal('{"type":"text","text":"still here"}', to);
      const isAnswered = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(resolve, PATIENCE_MS, false);
        waiting.set(clientMsgId, () => {
          clearTimeout(timer);
          resolve(true);
        });
        socket.send(JSON.stringify({ op: 'send', dlgId, clientMsgId, content }));
      });
      waiting.delete(clientMsgId);
      must(isAnswered, `the neighbour was not answered within ${PATIENCE_MS} ms`);
    },
    async mustBeWell() {
      const metrics = await (await fetch(`${node.origin}/metrics`)).text();
      const failures = [...metrics.matchAll(/^trialogue_failures_total\{.*\} (\d+)$/gm)].map(([line]) => line);
      must(
        failures.every((line) => line.endsWith(' 0')),
        `the server counts failures: ${failures.join(', ')}`,
      );
      must(failed.length === 0, `the server has logged an error: ${failed[0]}`);
    },
    async close() {
      socket.terminate();
      await node.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
