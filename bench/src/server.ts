import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startProgram } from './sides/program.ts';

const built = fileURLToPath(new URL('../../packages/server/dist/main.js', import.meta.url));
/** What it costs to serve is measured here, not what one person may do: nobody of the crowd meets a rate. */
const unlimited = [
  'framesPerSecond',
  'framesBurst',
  'sendsUnderWay',
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
];
const LIMITS = [...unlimited.map((name) => `${name}=1000000`), 'membersPerGroup=2000', 'unboundPerAddress=100'].join(
  ',',
);

export interface RunningServer {
  origin: string;
  appSecret: string;
  /** Kills it, and starts it again with the same data at the same address. */
  crash(): Promise<void>;
  died(): string | undefined;
  /** Ends it with SIGTERM and removes its data. */
  stop(): Promise<{ code: number | null }>;
}

export interface ServerOptions {
  /** Another build of the server, to compare with. */
  main?: string;
  /** Where it leaves a CPU profile when it ends. It then runs slower. */
  profileDir?: string;
  env?: NodeJS.ProcessEnv;
}

/** Starts the built server on a free port, with a database of its own that is removed afterwards. */
export async function startServer({ main = built, profileDir, env = {} }: ServerOptions = {}): Promise<RunningServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'trialogue-bench-'));
  const appSecret = randomBytes(32).toString('base64url');
  const profiling = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`];
  const settings = {
    PATH: process.env['PATH'],
    HOST: '127.0.0.1',
    DATA_DIR: dataDir,
    DEMO: '0',
    APP_ID: 'bench',
    APP_SECRET: appSecret,
    MASTER_KEY: randomBytes(32).toString('base64'),
    LIMITS,
    LOG_LEVEL: 'warn',
    ...env,
  };
  const start = (port: string) =>
    startProgram(process.execPath, [...profiling, main], {
      env: { ...settings, PORT: port },
      ready: /listening on (\S+)/,
    });
  const cleanUp = () => rmSync(dataDir, { recursive: true, force: true });
  let server = await start('0').catch((error: unknown) => {
    cleanUp();
    throw error;
  });
  const origin = server.ready[1] ?? '';
  return {
    origin,
    appSecret,
    async crash() {
      await server.kill();
      server = await start(new URL(origin).port);
    },
    died: () => server.died(),
    async stop() {
      const code = await server.stop();
      cleanUp();
      return { code };
    },
  };
}
