import { BadConfig, cautions, readConfig, type Config } from './config.ts';
import { startNode, type Node } from './node.ts';
import { createLogger } from './ops/log.ts';

/** Sockets are told to leave at moments spread over so long, so that they do not all come back at once. */
const SPREAD_MS = 5_000;
/** After this the process ends, whatever is still under way. */
const LONGEST_DRAIN_MS = 28_000;

// Whatever the server writes is for its own user.
process.umask(0o077);

try {
  await main(readConfig(process.env));
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
  let isLeaving = false;
  const leave = (signal: NodeJS.Signals) => {
    if (isLeaving) return;
    isLeaving = true;
    logger.info('draining', { signal });
    setTimeout(() => {
      logger.warn('drained only in part: the time is over');
      process.exit(0);
    }, LONGEST_DRAIN_MS).unref();
    node.drain(SPREAD_MS).then(() => process.exit(0), dieOf('draining failed'));
  };
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);

  process.stdout.write(`Trialogue is listening on ${node.origin}\n`);
  if (config.demo) process.stdout.write(await welcome(node, config));
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
  if (error instanceof BadConfig) return error.message;
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return 'PORT is taken by another program. Stop that one, or set PORT to another port, or to 0.';
  if (code === 'EACCES') return `PORT, HOST or DATA_DIR is not ours to use: ${message}.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST is no address of this machine: ${message}.`;
  return stack ?? String(error);
}
