import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo } from 'node:net';

import { onEnd } from '../cleanUp.ts';
import type { Bundle } from './bundle.ts';
import { wideLimits } from './limits.ts';

const STARTING_MS = 30_000;
const LAST_WORDS = 4_000;

/** What stays the same however often one server is started. */
export interface Setup {
  bundle: Bundle;
  dataDir: string;
  port: number;
  appSecret: string;
  masterKey: string;
  env?: Record<string, string>;
  limits?: Record<string, number>;
}

export interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** By the clock of the histories. */
  at: number;
}

/** One running process of the server. */
export interface Server {
  pid: number;
  origin: string;
  wsUrl: string;
  /** From the start of the process until it listened. */
  startedInMs: number;
  ended: Promise<End>;
  end: () => End | undefined;
  /** The last that it wrote on stderr. */
  lastWords: () => string;
  send(signal: NodeJS.Signals): void;
  /** Ends it with SIGKILL and waits until it is gone. */
  kill(): Promise<End>;
}

export async function newSetup(bundle: Bundle, dataDir: string): Promise<Setup> {
  return {
    bundle,
    dataDir,
    port: await freePort(),
    appSecret: randomBytes(32).toString('base64url'),
    masterKey: randomBytes(32).toString('base64'),
  };
}

const envOf = (setup: Setup): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  PORT: String(setup.port),
  HOST: '127.0.0.1',
  DATA_DIR: setup.dataDir,
  DEMO: '0',
  APP_ID: 'nemesis',
  APP_SECRET: setup.appSecret,
  MASTER_KEY: setup.masterKey,
  LOG_LEVEL: 'warn',
  LIMITS: wideLimits(setup.limits),
  ...setup.env,
});

/** Runs a command of the server's on its data. @throws {Error} with what it said. */
export function runCommand(setup: Setup, command: string): void {
  execFileSync(process.execPath, [setup.bundle.main, command], {
    env: envOf(setup),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** @throws {Error} when it ends before it listens, or does not listen in time. */
export async function startServer(setup: Setup): Promise<Server> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [setup.bundle.main], {
    env: envOf(setup),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const forget = onEnd(() => child.kill('SIGKILL'));
  let words = '';
  const listen = (chunk: Buffer) => (words = (words + chunk.toString()).slice(-LAST_WORDS));
  child.stderr.on('data', listen);

  let end: End | undefined;
  const ended = new Promise<End>((resolve) => {
    child.once('exit', (code, signal) => {
      end = { code, signal, at: performance.now() };
      forget();
      resolve(end);
    });
  });
  const origin = await listening(child, ended, () => words).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw error;
  });
  // What it logs goes to stdout.
  child.stdout.on('data', listen);
  return {
    pid: child.pid ?? 0,
    origin,
    wsUrl: `${origin.replace('http', 'ws')}/ws`,
    startedInMs: performance.now() - startedAt,
    ended,
    end: () => end,
    lastWords: () => words,
    send: (signal) => void child.kill(signal),
    kill() {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

function listening(child: ChildProcess, ended: Promise<End>, words: () => string): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const late = setTimeout(
      () => reject(new Error(`the server did not start in ${STARTING_MS / 1000} s`)),
      STARTING_MS,
    );
    void ended.then(({ code, signal }) => {
      clearTimeout(late);
      reject(new Error(`the server ended with ${signal ?? code} before it listened: ${words() || printed}`));
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const origin = /listening on (\S+)/.exec(printed)?.[1];
      if (origin === undefined) return;
      clearTimeout(late);
      resolve(origin);
    });
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
