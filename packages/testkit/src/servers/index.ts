export { startBalancer, type Balancer } from './balancer.ts';
export { freePort } from './child.ts';
export { lacksCluster, startCluster, type Cluster } from './cluster.ts';
export { findNats, startNats, type Nats } from './nats.ts';
export type { NodeProcess } from './nodeProcess.ts';
export { findPostgres, startPostgres, type Postgres } from './postgres.ts';
