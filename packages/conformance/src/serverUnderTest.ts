import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readConfig, silentLogger, startNode } from '@trialogue/server';

import { conform } from './conform.ts';
import type { Result } from './run.ts';

export interface RealServer {
  origin: string;
  secret: string;
  stop(): Promise<void>;
}

/** The real server, from its sources, on a free port and data of its own, with its default limits. */
export async function startServer(env: Record<string, string> = {}): Promise<RealServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'conformance-'));
  const secret = randomBytes(32).toString('base64url');
  const config = readConfig({ DATA_DIR: dataDir, PORT: '0', APP_ID: 'conf', APP_SECRET: secret, ...env });
  const node = await startNode(config, { logger: silentLogger });
  return {
    origin: node.origin,
    secret,
    async stop() {
      await node.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

export interface Ran {
  code: number;
  out: string;
  err: string;
}

/** The command, as from a shell. */
export async function command(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const ran: Ran = { code: -1, out: '', err: '' };
  ran.code = await conform(args, env, {
    out: (text) => (ran.out += text),
    err: (text) => (ran.err += text),
    isTerminal: false,
  });
  return ran;
}

/** @returns what came of each check. */
export async function results(
  origin: string,
  secret: string,
  ...args: string[]
): Promise<{ code: number; all: Result[] }> {
  const { code, out, err } = await command([origin, '--json', ...args], { PLATFORM_SECRET: secret });
  if (code === 2) throw new Error(err);
  return { code, all: (JSON.parse(out) as { results: Result[] }).results };
}
