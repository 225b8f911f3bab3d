import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url));
const STARTING_MS = 30_000;
/** What it costs to serve is measured here, not what one person may do: nobody of the crowd meets a rate. */
const wide = [
  'sendsPerUserPerSecond',
  'sendsPerUserBurst',
  'sendsPerUserPerMinute',
  'sendsPerGroupPerSecond',
  'requestsPerTokenPerSecond',
  'requestsPerTokenBurst',
  'requestsPerAddressPerSecond',
  'exchangesPerAddressPerMinute',
  'exchangesPerAddressPerHour',
  'socketsPerNode',
  'upgradesPerSecond',
]
  .map((name) => `${name}=1000000`)
  .join(',');

export interface RunningServer {
  pid: number;
  origin: string;
  appSecret: string;
  /** Ends it with SIGTERM and removes its data. */
  stop(): Promise<{ code: number | null }>;
}

/**
 * Starts the built server on a free port, with a database of its own that is removed afterwards.
 * @param profileDir where it leaves a CPU profile when it ends
 */
export async function startServer(profileDir?: string): Promise<RunningServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'trialogue-bench-'));
  const appSecret = randomBytes(32).toString('base64url');
  const profiling = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  const server = spawn(process.execPath, [...profiling, main], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      DEMO: '0',
      APP_ID: 'bench',
      APP_SECRET: appSecret,
      MASTER_KEY: randomBytes(32).toString('base64'),
      LIMITS: wide,
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<{ code: number | null }>((resolve) => server.once('exit', (code) => resolve({ code })));
  const cleanUp = () => rmSync(dataDir, { recursive: true, force: true });
  const origin = await originOf(server, ended).catch((error: unknown) => {
    server.kill('SIGKILL');
    cleanUp();
    throw error;
  });
  return {
    pid: server.pid ?? 0,
    origin,
    appSecret,
    async stop() {
      server.kill('SIGTERM');
      const end = await ended;
      cleanUp();
      return end;
    },
  };
}

function originOf(server: ChildProcess, ended: Promise<{ code: number | null }>): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = '';
    const late = setTimeout(() => reject(new Error('the server did not start in 30 s')), STARTING_MS);
    void ended.then(({ code }) => reject(new Error(`the server ended with code ${code} before it listened`)));
    server.stdout?.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      const origin = /listening on (\S+)/.exec(printed)?.[1];
      if (origin === undefined) return;
      clearTimeout(late);
      resolve(origin);
    });
  });
}
