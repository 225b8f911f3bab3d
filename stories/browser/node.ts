import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Payload, Urole } from '@trialogue/protocol';
import type { DataOf, Envelope, PlatformApi } from '@trialogue/protocol/api';

const MAIN = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url));
const START_MS = 30_000;

/** A real server in a process of its own, on data of its own. What is tested is what `npm run build` made. */
export interface Node {
  readonly origin: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly dataDir: string;
  /** Everything it printed, logs included. */
  output(): string;
  /** `kill -9`: no warning, no drain. */
  kill(): Promise<void>;
  /** Starts again on the same data and the same port. */
  restart(): Promise<void>;
  /** SIGTERM: it goes away politely. Gives the exit code. */
  leave(): Promise<number | null>;
  /** The end: it goes away politely, and its data too. @throws with all that it printed, when it did not. */
  stop(): Promise<void>;
  platform: Platform;
}

export async function startNode(env: Record<string, string> = {}): Promise<Node> {
  const dataDir = mkdtempSync(join(tmpdir(), 'trialogue-'));
  const appId = 'shop';
  const appSecret = randomBytes(32).toString('base64url');
  let output = '';
  let port = '0';
  let origin = '';
  let child: ChildProcess;

  const launch = async () => {
    child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env['PATH'],
        DEMO: '1',
        APP_ID: appId,
        APP_SECRET: appSecret,
        DATA_DIR: dataDir,
        PORT: port,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const heard = output.length;
    const take = (chunk: Buffer) => (output += chunk.toString());
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    const deadline = Date.now() + START_MS;
    for (;;) {
      const listening = /listening on (http:\/\/\S+?)["\s]/.exec(output.slice(heard));
      if (listening?.[1]) {
        origin = listening[1];
        port = new URL(origin).port;
        return;
      }
      if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the server did not start:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    child.kill(signal);
    return exited;
  };

  const platform = platformOf(() => origin, appSecret);
  try {
    await launch();
    // The shop of the demo greets; here nobody does who was not told to.
    await platform.call('PUT', '/settings', {});
  } catch (error) {
    await end('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
    throw error;
  }
  return {
    get origin() {
      return origin;
    },
    appId,
    appSecret,
    dataDir,
    output: () => output,
    kill: async () => void (await end('SIGKILL')),
    restart: launch,
    leave: () => end('SIGTERM'),
    async stop() {
      const code = await end('SIGTERM');
      rmSync(dataDir, { recursive: true, force: true });
      if (code !== 0) throw new Error(`the server ended with ${code ?? child.signalCode}:\n${output}`);
    },
    platform,
  };
}

/** A conversation that the platform has created, with a link for each member. */
export interface Group {
  groupId: string;
  linkOf(userId: string): string;
}

/** The B2C platform's own backend, calling the platform API. */
export interface Platform {
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  putUser(userId: string, name: string, urole: Urole): Promise<unknown>;
  createGroup(name: string, members: string[], groupId?: string): Promise<Group>;
  createToken(userId: string): Promise<DataOf<PlatformApi['createToken']>>;
  revokeTokens(userId: string): Promise<unknown>;
  /** A message in somebody's name, sealed by the server. */
  post(groupId: string, fromuid: string, payload: Payload): Promise<DataOf<PlatformApi['postMessage']>>;
  /** All messages, opened, in order. */
  transcript(groupId: string): Promise<Told[]>;
}

export interface Told {
  seq: number;
  fromuid: string;
  clientMsgId: string;
  payload: Payload;
}

function platformOf(origin: () => string, secret: string): Platform {
  const ask = (method: string, path: string, body?: unknown) =>
    fetch(`${origin()}/platform/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const envelope = (await (await ask(method, path, body)).json()) as Envelope<T>;
    if (envelope.code !== 0) throw new Error(`${method} ${path}: ${envelope.error} ${envelope.msg}`);
    return envelope.data;
  }
  return {
    call,
    putUser: (userId, name, urole) => call('PUT', `/users/${userId}`, { name, urole }),
    createToken: (userId) => call('POST', `/users/${userId}/tokens`, {}),
    revokeTokens: (userId) => call('DELETE', `/users/${userId}/tokens`),
    post: (groupId, fromuid, payload) =>
      call('POST', `/groups/${groupId}/messages`, { fromuid, clientMsgId: randomUUID(), payload }),
    async createGroup(name, members, groupId) {
      const group = await call<DataOf<PlatformApi['createGroup']>>('POST', '/groups', {
        name,
        members: members.map((userId) => ({ userId })),
        ...(groupId !== undefined && { groupId }),
      });
      return {
        groupId: group.groupId,
        linkOf(userId) {
          const link = group.links.find((each) => each.userId === userId);
          if (!link) throw new Error(`no link for ${userId}`);
          return link.url;
        },
      };
    },
    async transcript(groupId) {
      const lines = (await (await ask('GET', `/groups/${groupId}/transcript`)).text()).split('\n').filter(Boolean);
      return lines.map((line) => JSON.parse(line) as Told);
    },
  };
}
