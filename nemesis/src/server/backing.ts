import { randomBytes } from 'node:crypto';

import { findNats, findPostgres, startNats, startPostgres, type Nats, type Postgres } from '@trialogue/testkit/servers';

import { onEnd } from '../cleanUp.ts';

/** What all nodes of a run lean on. Each play has an app of its own on it, and so people and conversations of its own. */
export interface Backing {
  postgres: Postgres;
  nats: Nats;
  masterKey: string;
}

let started: Promise<Backing> | undefined;

/** Started when the first scenario asks for it; gone with the process. */
export const backing = (): Promise<Backing> => (started ??= start());

async function start(): Promise<Backing> {
  const postgres = await startPostgres(findPostgres() ?? '');
  onEnd(() => postgres.discard());
  const nats = await startNats(findNats() ?? '');
  onEnd(() => nats.discard());
  return { postgres, nats, masterKey: randomBytes(32).toString('base64') };
}
