export { findNats, startNats, type Nats } from './nats.ts';
export { findPostgres, startPostgres, type Postgres } from './postgres.ts';
