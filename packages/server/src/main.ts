import { appUsage, BadCommand, runAppCommand } from './access/appCommands.ts';
import { keepAudit } from './access/audit.ts';
import { auditUsage, runAuditCommand } from './access/auditCommands.ts';
import { masterKey, masterKeyId } from './access/masterKey.ts';
import { wrapAnew } from './access/rewrapping.ts';
import { databaseIn, openStorage } from './adapters.ts';
import type { KeyWrap } from './chat/ports.ts';
import { BadConfig, cautions, dataDirOf, isOrigin, readConfig, type Config, type Env } from './config.ts';
import { startNode, type Node } from './node.ts';
import { keepMemoryOutOfDumps } from './ops/coreDumps.ts';
import { createLogger } from './ops/log.ts';
import { noMetrics } from './ops/metrics.ts';
import type { Storage } from './storage/commands.ts';
import { newLogEpoch } from './storage/sqlite/newLogEpoch.ts';
import { rewrapSqlite } from './storage/sqlite/rewrapping.ts';

/** Of a demo nobody has to be spared the crowd that comes back, and somebody waits at the keyboard. */
const DEMO_DRAIN_MS = 2_000;
/** After this the process ends, whatever is still under way. */
const LONGEST_DRAIN_MS = 28_000;

/** The command line is not one of ours, or cannot be carried out: in words for the operator. */
class BadUse extends Error {}

// Whatever the server writes is for its own user.
process.umask(0o077);
const isDumpSafe = keepMemoryOutOfDumps();

try {
  const command = process.argv.slice(2).join(' ');
  if (command === '') await main(readConfig(process.env));
  else if (command === 'new-log-epoch') await forgetTheLogs(process.env);
  else if (command === 'migrate-store') await moveToPostgres(readConfig(process.env));
  else if (command === 'rewrap') await rewrapAndNote(readConfig(process.env));
  else if (/^audit\b/.test(command)) await withAudit(readConfig(process.env), process.argv.slice(3));
  else if (/^app\b/.test(command)) await withApps(readConfig(process.env), process.argv.slice(3));
  else
    throw new BadUse(
      `There is no command "${command}". Expected: none (serves), new-log-epoch, migrate-store, rewrap, or\n${appUsage}\n${auditUsage}`,
    );
} catch (error) {
  process.stderr.write(`${inWords(error)}\n`);
  process.exitCode = 1;
}

async function main(config: Config): Promise<void> {
  const logger = createLogger(config.logLevel);
  const dieOf = (what: string) => (error: unknown) => {
    logger.error(what, { error });
    process.exit(1);
  };
  process.on('uncaughtException', dieOf('a bug: nobody caught an error'));
  process.on('unhandledRejection', dieOf('a bug: nobody waited for a failure'));

  for (const caution of cautions(config)) logger.warn(caution);
  if (!isDumpSafe) logger.info('A core dump of this process would hold keys and messages: turn dumps off for it.');
  const node = await startNode(config, { logger, onFatal: () => process.exit(1) });
  const { drainMs } = config.limits;
  let isLeaving = false;
  const leave = (signal: NodeJS.Signals) => {
    if (isLeaving) return;
    isLeaving = true;
    logger.info('draining', { signal });
    setTimeout(() => {
      logger.warn('drained only in part: the time is over');
      process.exit(0);
    }, LONGEST_DRAIN_MS).unref();
    node
      .drain(config.demo ? Math.min(DEMO_DRAIN_MS, drainMs) : drainMs)
      .then(() => process.exit(0), dieOf('draining failed'));
  };
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);

  process.stdout.write(`Trialogue is listening on ${node.origin}\n`);
  if (config.demo) process.stdout.write(await welcome(node, config));
}

/** An older copy was restored, and the server could not notice: clients must not go on from where they were (I18). */
async function forgetTheLogs(env: Env): Promise<void> {
  const databaseUrl = env['DATABASE_URL'];
  const renewed = databaseUrl
    ? import('./storage/postgres/store.ts').then(({ newLogEpochIn }) => newLogEpochIn(databaseUrl))
    : newLogEpoch(databaseIn(dataDirOf(env)));
  const logEpoch = await renewed.catch((error: Error) => {
    throw new BadUse(error.message);
  });
  process.stdout.write(`Every conversation has a new logEpoch: ${logEpoch}. Clients load their messages anew.\n`);
}

/** The master key has changed, and MASTER_KEY_OLDER says what it was: puts all that lies on disk under the new one. */
async function rewrap({ databaseUrl, dataDir, ...config }: Config): Promise<void> {
  const anew = wrapAnew(masterKey(config.masterKey, config.olderMasterKeys));
  const rewrapping = { keyId: masterKeyId(config.masterKey), anew };
  const done = await (
    databaseUrl === undefined
      ? rewrapSqlite(databaseIn(dataDir), rewrapping)
      : (await import('./storage/postgres/rewrapping.ts')).rewrapPostgres(databaseUrl, rewrapping)
  ).catch((error: Error) => {
    throw new BadUse(error.message);
  });
  const count = Object.values(done).reduce((sum, each) => sum + each, 0);
  process.stdout.write(
    `${count} secrets are under the master key ${masterKeyId(config.masterKey)} now. MASTER_KEY_OLDER is not needed any more after a day, when uploads that were under way are over.\n`,
  );
}

/** For each app, that its keys were opened by an operator. */
async function rewrapAndNote(config: Config): Promise<void> {
  await rewrap(config);
  await withStore(config, async ({ store, keys }) => {
    const audit = keepAudit({ store, keys, clock: { now: () => Date.now() } });
    const subject = `master key ${masterKeyId(config.masterKey)}`;
    for (const { appId } of await store.listApps()) {
      await audit.note({ appId, actor: 'operator', action: 'keys.rewrapped', subject });
    }
  });
}

async function withApps(config: Config, args: readonly string[]): Promise<void> {
  await withStore(config, async (at) => {
    process.stdout.write(`${await runAppCommand({ ...at, first: config.app.appId, isOrigin }, args)}\n`);
  });
}

async function withAudit(config: Config, args: readonly string[]): Promise<void> {
  await withStore(config, async (at) => void process.stdout.write(`${await runAuditCommand(at, args)}\n`));
}

async function withStore(
  config: Config,
  work: (at: { store: Storage; keys: KeyWrap }) => Promise<void>,
): Promise<void> {
  const logger = createLogger('error');
  const onFatal = (cause: Error) => {
    throw cause;
  };
  const { store } = await openStorage(config, { logger, metrics: noMetrics, onFatal });
  try {
    await work({ store, keys: masterKey(config.masterKey, config.olderMasterKeys) });
  } finally {
    await store.close();
  }
}

/** From the embedded database to the PostgreSQL of DATABASE_URL. Interrupted, it goes on when it is run again. */
async function moveToPostgres({ databaseUrl, dataDir }: Config): Promise<void> {
  if (databaseUrl === undefined)
    throw new BadUse('DATABASE_URL is not set. Expected: an empty PostgreSQL to move into.');
  const { moveStore } = await import('./storage/postgres/moveStore.ts');
  let rows = 0;
  const moved = await moveStore(databaseIn(dataDir), databaseUrl, (_, some) => {
    rows += some;
    if (process.stderr.isTTY) process.stderr.write(`\r${rows} rows`);
  }).catch((error: Error) => {
    throw new BadUse(error.message);
  });
  const lines = moved.map(({ table, rows: count, hash }) => `  ${table}: ${count} rows, ${hash}`);
  process.stdout.write(['Moved; both sides are the same:', ...lines, ''].join('\n'));
}

async function welcome(node: Node, { app }: Config): Promise<string> {
  const links = await node.demoLinks();
  const rows: [string, string][] = [
    ...links.map(({ name, url }): [string, string] => [name, url]),
    ['Customer-service page', `${node.publicUrl}/test.html`],
    ['Desk', `${node.publicUrl}/workbench`],
    ['Sign in as anybody', `${node.publicUrl}/login`],
    ['App id', app.appId],
    ['App secret', app.secret],
  ];
  return [
    '',
    'Demo. Open the first three in three browsers: each link opens once, and every start prints new ones.',
    '',
    ...rows.map(([name, value]) => `  ${name}\n    ${value}`),
    '',
    '',
  ].join('\n');
}

/** What the operator can do something about is said without a stack. */
function inWords(error: unknown): string {
  if (error instanceof BadConfig || error instanceof BadUse || error instanceof BadCommand) return error.message;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return 'PORT is taken by another program. Stop that one, or set PORT to another port, or to 0.';
  if (code === 'EACCES') return `PORT, HOST or DATA_DIR is not ours to use: ${message}.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST is no address of this machine: ${message}.`;
  return stack ?? String(error);
}
