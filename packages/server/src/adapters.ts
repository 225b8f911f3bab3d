import { join } from 'node:path';

import { memoryBus } from './bus/memory.ts';
import type { Bus, FileStore } from './chat/ports.ts';
import { BadConfig, type Config } from './config.ts';
import { diskFiles } from './files/disk.ts';
import type { Logger } from './ops/log.ts';
import type { Metrics } from './ops/metrics.ts';
import type { Storage } from './storage/commands.ts';
import { openThreads } from './storage/sqlite/threads.ts';

interface Observers {
  logger: Logger;
  metrics: Metrics;
  /** Told once when the disk cannot be trusted any more. */
  onFatal: (cause: Error) => void;
}

/** Where the data is. The nodes on one database are a cluster; a node with a database of its own is in none. */
interface Opened {
  store: Storage;
  cluster?: string;
}

export const databaseIn = (dataDir: string): string => join(dataDir, 'trialogue.db');
/** What a node notes about PostgreSQL begins so. */
const besidePostgres = (dataDir: string): string => join(dataDir, 'postgres');

/**
 * SQLite, unless the settings name a PostgreSQL; its client is loaded only then.
 *
 * @throws {BadConfig} when the PostgreSQL cannot be used.
 */
export async function openStorage(config: Config, { logger, metrics, onFatal }: Observers): Promise<Opened> {
  const watch = {
    onWarning: (what: string) => logger.warn(what),
    onCommit: ({ calls, seconds }: { calls: number; seconds: number }) => metrics.committed(calls, seconds),
    onQueue: (length: () => number) => metrics.watchWrites(length),
  };
  const { databaseUrl, dataDir } = config;
  if (databaseUrl === undefined) return { store: await openThreads(databaseIn(dataDir), { ...watch, onFatal }) };
  const { openPostgres } = await import('./storage/postgres/store.ts');
  try {
    return await openPostgres(databaseUrl, { ...watch, noteIn: besidePostgres(dataDir) });
  } catch (error) {
    throw new BadConfig([`DATABASE_URL cannot be used: ${whyOf(error)} Expected: a PostgreSQL that is running.`]);
  }
}

/** What PostgreSQL or the network said. Neither repeats a password. */
function whyOf(error: unknown): string {
  const { message, cause } = error as Error;
  const said = cause instanceof Error ? cause.message : message;
  return /[.!]$/.test(said) ? said : `${said}.`;
}

/** To every other node of the cluster over NATS, where there is one; its client is loaded only then. */
export async function openBus(
  { natsUrl }: Config,
  cluster: string | undefined,
  { logger, metrics }: Observers,
): Promise<Bus & { isConnected?: () => boolean }> {
  if (natsUrl === undefined || cluster === undefined) return memoryBus();
  const { natsBus } = await import('./bus/nats.ts');
  const bus = natsBus(natsUrl, `trialogue.${cluster}.notices`, {
    onChange: (isConnected) => {
      if (isConnected) logger.info('bus: connected');
      else logger.warn('bus: lost; other nodes hear of messages up to 10 seconds late', {});
    },
    onDropped: (count) => metrics.busDropped(count),
    onBad: (error) => {
      metrics.failed('bus');
      logger.warn('bus: heard something it could not use', { error });
    },
  });
  metrics.watchBus(bus.isConnected);
  return bus;
}

/** Files in `DATA_DIR`, unless the settings name a bucket; its client is loaded only then. */
export async function openFiles(
  { filesAt, dataDir }: Config,
  { logger, metrics }: Observers,
): Promise<FileStore & { isConnected?: () => Promise<boolean> }> {
  if (filesAt === undefined) return diskFiles(join(dataDir, 'files'));
  const { checkBucket, s3Files, S3Unusable } = await import('./files/s3/store.ts');
  await checkBucket(filesAt).catch((error: unknown) => {
    if (!(error instanceof S3Unusable)) throw error;
    const expected = 'a bucket that is there, and an AWS_ACCESS_KEY_ID that may list, read, write and delete in it';
    throw new BadConfig([`FILES_URL cannot be used: ${error.message} Expected: ${expected}.`]);
  });
  const files = s3Files(filesAt, {
    onChange: (isConnected, why) => {
      if (isConnected) return logger.info('files: the store answers again');
      metrics.failed('files');
      logger.warn('files: the store does not answer; messages go on without them', { error: why });
    },
  });
  metrics.watchFiles(files.wasConnected);
  return files;
}
