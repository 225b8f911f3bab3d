import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { openDatabase, openPostgres, openThreads, type Storage } from '@trialogue/server/stores';
import { findPostgres, startPostgres } from '@trialogue/testkit/servers';
import { Client } from 'pg';

import { fill, fillStands, type Run } from './fill.ts';
import { startBuilt, type Settings } from './startBuilt.ts';
import type { World } from './world.ts';

/** A database that is full, for as long as it is measured. */
export interface Ground {
  world: World;
  /** What a server takes that is to run on it. */
  settings: Settings;
  bytes(): Promise<number>;
  open(): Promise<Storage>;
}

/** Where databases are made, until they are removed. */
export interface Site {
  ground(world: World, onProgress: (share: number) => void): Promise<Ground>;
  remove(): Promise<void>;
}

/** A filler is in a hurry and nobody loses anything by it: what it writes need not outlive a power cut. */
const IN_A_HURRY = [`journal_mode = OFF`, `synchronous = OFF`, `foreign_keys = OFF`, `cache_size = -1500000`];

/** @param kept a folder where databases stay: those that are there are measured as they are. */
export async function sqliteSite(main: string, kept?: string): Promise<Site> {
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'trialogue-growth-'));
  return {
    async ground(world, onProgress) {
      const dataDir = join(folder, String(world.messages));
      const settings = { main, dataDir };
      const file = join(dataDir, 'trialogue.db');
      if (!existsSync(file)) {
        await (await startBuilt(settings)).stop();
        const db = openDatabase(file);
        for (const pragma of IN_A_HURRY) await db.query(`PRAGMA ${pragma}`);
        const run: Run = (text, ...params) => db.query(text, ...params);
        await fill(run, world, onProgress);
        await fillStands(run, world);
        db.close();
      }
      const onFatal = (cause: Error) => {
        throw cause;
      };
      return {
        world,
        settings,
        bytes: async () => statSync(file).size,
        open: () => openThreads(file, { onFatal }),
      };
    },
    async remove() {
      if (kept === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Made after the rows: each row that is written while they are there would look for its place in all of them. */
const LATER = [
  `ALTER TABLE messages ADD PRIMARY KEY (conversation, seq)`,
  `ALTER TABLE messages ADD UNIQUE (conversation, fromuid, client_msg_id)`,
];
const FEW_CONNECTIONS = { writing: 2, reading: 2 };

/** @returns undefined where there is no PostgreSQL */
export async function postgresSite(main: string): Promise<Site | undefined> {
  const bin = findPostgres();
  if (bin === undefined) return undefined;
  const server = await startPostgres(bin, { shared_buffers: '1GB', max_wal_size: '1GB' });
  const folder = mkdtempSync(join(tmpdir(), 'trialogue-growth-'));
  return {
    async ground(world, onProgress) {
      const name = `growth_${world.messages}`;
      await withClient(server.url, (run) => run(`CREATE DATABASE ${name}`));
      const url = new URL(server.url);
      url.pathname = `/${name}`;
      const databaseUrl = url.href;
      const settings = { main, databaseUrl, dataDir: join(folder, name) };
      await (await startBuilt(settings)).stop();
      await withClient(databaseUrl, async (run) => {
        await run(`SET synchronous_commit = off`);
        await run(`SET maintenance_work_mem = '512MB'`);
        await run(`ALTER TABLE messages DROP CONSTRAINT messages_pkey`);
        await run(`ALTER TABLE messages DROP CONSTRAINT messages_conversation_fromuid_client_msg_id_key`);
        await fill(run, world, onProgress);
        for (const statement of LATER) await run(statement);
        await fillStands(run, world);
        // A moment later it would do so by itself.
        await run(`VACUUM (ANALYZE)`);
        await run(`CHECKPOINT`);
      });
      return {
        world,
        settings,
        bytes: () =>
          withClient(databaseUrl, async (run) => {
            const rows = (await run(`SELECT pg_database_size(current_database())::float AS bytes`)) as Size[];
            return rows[0]?.bytes ?? 0;
          }),
        open: async () => (await openPostgres(databaseUrl, { size: FEW_CONNECTIONS })).store,
      };
    },
    async remove() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Size {
  bytes: number;
}

async function withClient<T>(connectionString: string, work: (run: Run) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return await work(async (text, ...params) => (await client.query(text, params)).rows);
  } finally {
    await client.end();
  }
}
