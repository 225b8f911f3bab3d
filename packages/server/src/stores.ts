// For whoever measures the stores or moves data between them.
export { openPostgres } from './storage/postgres/store.ts';
export type { Storage } from './storage/commands.ts';
export { openDatabase } from './storage/sqlite/database.ts';
export { openThreads } from './storage/sqlite/threads.ts';
