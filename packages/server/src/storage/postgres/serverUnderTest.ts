import { randomBytes } from 'node:crypto';

import { Client } from 'pg';
import { inject } from 'vitest';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Asks for the PostgreSQL of this run, which starts it; empty where there is none. */
    postgresAt: string;
  }
}

/** Other projects than `unit` say nothing, and a process that a test starts is in none. */
function addressOfPostgres(): string {
  try {
    const at: string | undefined = inject('postgresAt');
    return at ?? '';
  } catch {
    return '';
  }
}

/** Whether tests that need a PostgreSQL can run here. */
export const hasPostgres = addressOfPostgres() !== '';

/** An empty database of its own, on the PostgreSQL that all tests of this run share. */
export async function freshDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const answer = await fetch(addressOfPostgres());
  if (!answer.ok) throw new Error(await answer.text());
  const server = await answer.text();
  const name = `test_${randomBytes(8).toString('hex')}`;
  const asAdmin = async (statement: string) => {
    const client = new Client({ connectionString: server });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await asAdmin(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asAdmin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}
