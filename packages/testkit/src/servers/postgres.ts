import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { asNobody, childrenOf, endChild, freePort, signalTo, startChild } from './child.ts';

/** A real PostgreSQL with a fresh database cluster in the temporary folder. */
export interface Postgres {
  /** Of its empty database `postgres`, as somebody who may make others. */
  url: string;
  /** Kills it with all its workers, in the middle of whatever they do, as a power cut would. */
  crash(): Promise<void>;
  /** Again, with the same data and at the same address. */
  restart(): Promise<void>;
  /** It stands still with all its workers: connections stay open, and nothing is answered. */
  pause(): void;
  resume(): void;
  /** Breaks off what is under way, ends, and takes the data with it. */
  stop(): Promise<void>;
  /** The same by force, for whoever has no time left. */
  discard(): void;
}

/** The folder of its programs, where Debian puts them or `TEST_POSTGRES_BIN` says; the newest version. */
export function findPostgres(): string | undefined {
  const all = '/usr/lib/postgresql';
  const versions = existsSync(all) ? readdirSync(all).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [process.env['TEST_POSTGRES_BIN'] ?? '', ...versions.map((version) => join(all, version, 'bin'))];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

const settings = {
  unix_socket_directories: '',
  listen_addresses: '127.0.0.1',
  max_connections: '100',
  shared_buffers: '64MB',
};

/**
 * Whoever is root hands it over to `nobody`, as PostgreSQL refuses to run as root.
 * @param others settings of it that are to be otherwise
 */
export async function startPostgres(bin: string, others: Record<string, string> = {}): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'trialogue-postgres-'));
  if (asNobody.uid !== undefined) chownSync(folder, asNobody.uid, asNobody.gid);
  const data = join(folder, 'data');
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'];
  const made = spawnSync(join(bin, 'initdb'), initdb, {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' },
    encoding: 'utf8',
    ...asNobody,
  });
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`);
  const port = await freePort();
  const set = Object.entries({ ...settings, ...others, port: String(port) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ]);
  const start = () =>
    startChild(join(bin, 'postgres'), ['-D', data, ...set], {
      cwd: folder,
      ready: /ready to accept connections/,
      as: asNobody,
    });
  let child = await start();
  /** Itself first: it would start a worker anew. */
  const all = (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const workers = childrenOf(child);
    child.kill(signal);
    for (const worker of workers) signalTo(worker, signal);
  };
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async crash() {
      all('SIGKILL');
      await endChild(child, 'SIGKILL');
    },
    async restart() {
      // What was killed leaves workers behind, which see it a moment later and only then let go of the memory they share.
      for (let tries = 1; ; tries++) {
        try {
          child = await start();
          return;
        } catch (error) {
          if (tries === 20) throw error;
          await pause(250);
        }
      }
    },
    pause: () => all('SIGSTOP'),
    resume: () => all('SIGCONT'),
    async stop() {
      all('SIGCONT');
      await endChild(child, 'SIGINT');
      removeFolder();
    },
    discard() {
      all('SIGKILL');
      removeFolder();
    },
  };
}
