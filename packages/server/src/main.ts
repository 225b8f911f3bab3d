import { BadConfig, cautions, dataDirOf, readConfig, type Config } from './config.ts';
import { databaseIn, startNode, type Node } from './node.ts';
import { createLogger } from './ops/log.ts';
import { newLogEpoch } from './storage/sqlite/newLogEpoch.ts';

/** Of a demo nobody has to be spared the crowd that comes back, and somebody waits at the keyboard. */
const DEMO_DRAIN_MS = 2_000;
/** After this the process ends, whatever is still under way. */
const LONGEST_DRAIN_MS = 28_000;

/** The command line is not one of ours, or cannot be carried out: in words for the operator. */
class BadUse extends Error {}

// Whatever the server writes is for its own user.
process.umask(0o077);

try {
  const command = process.argv.slice(2).join(' ');
  if (command === '') await main(readConfig(process.env));
  else if (command === 'new-log-epoch') await forgetTheLogs(dataDirOf(process.env));
  else throw new BadUse(`There is no command "${command}". Expected: none (serves), or new-log-epoch.`);
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
async function forgetTheLogs(dataDir: string): Promise<void> {
  const logEpoch = await newLogEpoch(databaseIn(dataDir)).catch((error: Error) => {
    throw new BadUse(error.message);
  });
  process.stdout.write(`Every conversation has a new logEpoch: ${logEpoch}. Clients load their messages anew.\n`);
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
  if (error instanceof BadConfig || error instanceof BadUse) return error.message;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return 'PORT is taken by another program. Stop that one, or set PORT to another port, or to 0.';
  if (code === 'EACCES') return `PORT, HOST or DATA_DIR is not ours to use: ${message}.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST is no address of this machine: ${message}.`;
  return stack ?? String(error);
}
