import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { findPostgres, startPostgres } from '@trialogue/testkit/servers';

import { now } from '../clock.ts';
import { seatsOf, userIdOf, type Plan } from '../seats.ts';
import { startProgram } from './program.ts';
import type { Scenario, Side } from './side.ts';

const program = fileURLToPath(new URL('programs/socketio.mjs', import.meta.url));
const require = createRequire(import.meta.url);
const everything: Scenario[] = ['S1', 'S2', 'S3', 'S5', 'S6', 'S7', 'S8'];

const withoutModule = (name: string): string | undefined => {
  try {
    require.resolve(name);
    return undefined;
  } catch {
    return `${name} is not installed`;
  }
};

/** What keeps the messages beside the program: how it is told of it, and what ends and starts with it. */
interface Store {
  env: NodeJS.ProcessEnv;
  crash?(): Promise<void>;
  restart?(): Promise<void>;
  stop(): Promise<void>;
}

const none = async (): Promise<Store> => ({ env: { STORE: 'none' }, stop: async () => {} });

async function sqlite(): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'trialogue-bench-'));
  return {
    env: { STORE: 'sqlite', DATABASE_FILE: join(folder, 'chat.db') },
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function postgres(): Promise<Store> {
  const { url, crash, restart, stop } = await startPostgres(findPostgres() ?? '');
  return { env: { STORE: 'postgres', DATABASE_URL: url }, crash, restart, stop };
}

async function start(open: () => Promise<Store>) {
  const store = await open();
  const secret = randomBytes(32).toString('base64url');
  const startAt = (port: string) =>
    startProgram(process.execPath, [program], {
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', SECRET: secret, PORT: port, ...store.env },
      ready: /listening on (\d+)/,
    });
  let server = await startAt('0').catch(async (error: unknown) => {
    await store.stop();
    throw error;
  });
  const port = server.ready[1] ?? '';
  return {
    origin: `ws://127.0.0.1:${port}`,
    seat: async (plan: Plan) => {
      const groupsOf = Array.from({ length: plan.users }, (): string[] => []);
      for (const [group, members] of plan.groups.entries()) {
        for (const user of members) groupsOf[user]?.push(`group-${group}`);
      }
      return seatsOf(
        plan,
        (group) => `group-${group}`,
        (user) => {
          const said = `${userIdOf(user)}.${groupsOf[user]?.join(',')}`;
          return `${said}.${createHmac('sha256', secret).update(said).digest('base64url')}`;
        },
      );
    },
    async crash() {
      await Promise.all([server.kill(), store.crash?.()]);
      const at = now();
      await store.restart?.();
      server = await startAt(port);
      return (now() - at) / 1000;
    },
    died: () => server.died(),
    async stop() {
      await server.stop();
      await store.stop();
    },
  };
}

export const socketio: Side[] = [
  {
    id: 'socketio-mem',
    name: 'Socket.IO, in memory',
    keeps: 'nothing',
    dialect: 'socketio',
    runs: ['S1', 'S2', 'S3', 'S7', 'S8'],
    lacks: () => withoutModule('socket.io'),
    start: () => start(none),
  },
  {
    id: 'socketio-sqlite',
    name: 'Socket.IO + SQLite',
    keeps: 'SQLite, one transaction a message, no fsync',
    dialect: 'socketio',
    runs: ['S3', 'S1', 'S2', 'S5', 'S6'],
    lacks: () => withoutModule('socket.io') ?? withoutModule('@photostructure/sqlite'),
    start: () => start(sqlite),
  },
  {
    id: 'socketio-pg',
    name: 'Socket.IO + PostgreSQL',
    keeps: 'PostgreSQL, one insert a message, fsync',
    dialect: 'socketio',
    runs: everything,
    lacks: () =>
      withoutModule('socket.io') ??
      withoutModule('pg') ??
      (findPostgres() === undefined ? 'PostgreSQL is not installed' : undefined),
    start: () => start(postgres),
  },
];
