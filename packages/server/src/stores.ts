// For whoever measures the stores or moves data between them.
export { openPostgres } from './storage/postgres/store.ts';
export { openThreads } from './storage/sqlite/threads.ts';
