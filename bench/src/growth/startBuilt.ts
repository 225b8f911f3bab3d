import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';

import { APP } from './world.ts';

/** Of a server that is started here. */
export interface Settings {
  /** Its built file. */
  main: string;
  dataDir: string;
  databaseUrl?: string;
}

/** It reads these and says where it listens; what it takes longer for than this it does not do. */
const LONGEST_START_MS = 60_000;
/** Always the same: a database outlives the server that made it. It guards nothing. */
const digest = (of: string) => createHash('sha256').update(`growth ${of}`).digest();
const MASTER_KEY = digest('master key').toString('base64');
const APP_SECRET = digest('app secret').toString('base64url');

/** Starts the built server as an operator would. @returns how long it took until it listened, and how to end it. */
export async function startBuilt({ main, dataDir, databaseUrl }: Settings) {
  const from = performance.now();
  const server = spawn(process.execPath, [main], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      DEMO: '0',
      APP_ID: APP,
      APP_SECRET,
      MASTER_KEY,
      LOG_LEVEL: 'error',
      ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(server, 'exit');
  const late = setTimeout(() => server.kill('SIGKILL'), LONGEST_START_MS);
  const listening = new Promise<void>((resolve, reject) => {
    let printed = '';
    server.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      if (printed.includes('listening on')) resolve();
    });
    void ended.then(([code, signal]) => reject(new Error(`the server ended (${signal ?? code}) before it listened`)));
  });
  await listening;
  const ms = performance.now() - from;
  clearTimeout(late);
  return {
    ms,
    async stop() {
      server.kill('SIGTERM');
      await ended;
    },
  };
}
