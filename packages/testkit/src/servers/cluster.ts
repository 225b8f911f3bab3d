import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startBalancer, type Balancer } from './balancer.ts';
import { findNats, startNats, type Nats } from './nats.ts';
import { startProcess, type NodeProcess } from './nodeProcess.ts';
import { findPostgres, startPostgres, type Postgres } from './postgres.ts';

/** Several processes of the server behind a balancer, on a PostgreSQL and a NATS that are theirs alone. */
export interface Cluster {
  /** Of the balancer: what people know. */
  origin: string;
  appSecret: string;
  masterKey: string;
  nodes: NodeProcess[];
  balancer: Balancer;
  postgres: Postgres;
  nats: Nats;
  /** One more; the balancer does not know it yet. */
  startNode(): Promise<NodeProcess>;
  /** The balancer gives connections to all nodes, in turn. */
  openAll(): void;
  stop(): Promise<void>;
}

/** What a cluster needs and this machine does not have, in words. */
export function lacksCluster(): string | undefined {
  if (findPostgres() === undefined) return 'PostgreSQL is not installed';
  return findNats() === undefined ? 'nats-server is not installed' : undefined;
}

/** @param env further settings of every node */
export async function startCluster(count: number, env: Readonly<Record<string, string>> = {}): Promise<Cluster> {
  const folder = mkdtempSync(join(tmpdir(), 'trialogue-nodes-'));
  const appSecret = randomBytes(32).toString('base64url');
  const masterKey = randomBytes(32).toString('base64');
  const [postgres, nats, balancer] = await Promise.all([
    startPostgres(findPostgres() ?? ''),
    startNats(findNats() ?? ''),
    startBalancer(),
  ]);
  const origin = `http://127.0.0.1:${balancer.port}`;
  const startNode = () =>
    startProcess({
      DATA_DIR: folder,
      DATABASE_URL: postgres.url,
      NATS_URL: nats.url,
      APP_ID: 'shop',
      APP_SECRET: appSecret,
      MASTER_KEY: masterKey,
      PUBLIC_URL: origin,
      ...env,
    });
  const nodes: NodeProcess[] = [];
  const openAll = () => {
    balancer.to = nodes.map(({ port }) => port);
  };
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.end('SIGKILL')));
    balancer.close();
    await Promise.all([postgres.stop(), nats.stop()]);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    nodes.push(...(await Promise.all(Array.from({ length: count }, startNode))));
  } catch (error) {
    await stop();
    throw error;
  }
  openAll();
  return { origin, appSecret, masterKey, nodes, balancer, postgres, nats, startNode, openAll, stop };
}
