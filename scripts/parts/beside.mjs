import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { installFromDebian } from './debian.mjs';

const onPath = (program) =>
  [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin'].some((folder) =>
    existsSync(join(folder, program)),
  );
const hasPostgres = () =>
  process.env.TEST_POSTGRES_BIN !== undefined ||
  (existsSync('/usr/lib/postgresql') && readdirSync('/usr/lib/postgresql').length > 0);

/** Servers of others that several nodes of ours run beside: their packages in Debian, and whether they are there. */
const servers = [
  ['postgresql', hasPostgres],
  ['nats-server', () => onPath('nats-server')],
  ['nginx-light', () => onPath('nginx')],
];

const missing = () => servers.filter(([, isThere]) => !isThere()).map(([name]) => name);

/** Sees to PostgreSQL, NATS and nginx where they can be had. Without one, the tests that need it are skipped, and say so. */
export async function ensureBeside() {
  const wanted = missing();
  if (wanted.length === 0) return undefined;
  await installFromDebian('the servers that several nodes run beside', wanted);
  const left = missing();
  return left.length > 0 ? `without ${left.join(', ')}: some tests will be skipped` : undefined;
}
