import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/*
 * Which SQLite driver writes our messages fastest, with fsync on? (docs/decisions/0004)
 *
 *   npx tsx bench/src/drivers.ts [folder]
 *
 * `folder` holds the drivers to compare in its node_modules (npm i --prefix folder @photostructure/sqlite@1.2.1
 * libsql@0.5.29); without it only ours runs. The statements are those of an append; rounds alternate between the
 * drivers, so that a busy machine disturbs them alike.
 */

interface Statement {
  all(...params: unknown[]): unknown[];
  run(...params: unknown[]): unknown;
}
interface Driver {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
  close(): void;
}

const ROUNDS = 8;
const ROUND_MS = 750;
const CONVERSATIONS = 2_000;
const CONTENT = 'x'.repeat(400);

const load = createRequire(join(process.argv[2] ?? import.meta.dirname, 'drivers.js'));
type Opening = new (file: string) => Driver;
const classOf: Record<string, (module: unknown) => Opening> = {
  '@photostructure/sqlite': (module) => (module as { DatabaseSync: Opening }).DatabaseSync,
  libsql: (module) => module as Opening,
};

/** The statements of one append, on a database set up as ours. */
function appender(db: Driver): (count: number) => void {
  db.exec('PRAGMA journal_mode = WAL');
  db.exec('PRAGMA synchronous = FULL');
  db.exec(`CREATE TABLE conversations (id INTEGER PRIMARY KEY, last_seq INTEGER NOT NULL);
    CREATE TABLE messages (conversation INTEGER, seq INTEGER, cid TEXT, fromuid TEXT, content TEXT, sent_at INTEGER,
      PRIMARY KEY (conversation, seq), UNIQUE (conversation, fromuid, cid))`);
  const create = db.prepare('INSERT INTO conversations VALUES (?, 0)');
  db.exec('BEGIN');
  for (let id = 1; id <= CONVERSATIONS; id++) create.run(id);
  db.exec('COMMIT');
  const known = db.prepare('SELECT seq FROM messages WHERE conversation = ? AND fromuid = ? AND cid = ?');
  const next = db.prepare('UPDATE conversations SET last_seq = last_seq + 1 WHERE id = ? RETURNING last_seq');
  const insert = db.prepare('INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?)');
  let sent = 0;
  return (count) => {
    db.exec('BEGIN IMMEDIATE');
    for (let at = 0; at < count; at++, sent++) {
      const conversation = 1 + (sent % CONVERSATIONS);
      const cid = sent.toString(36).padStart(12, '0');
      known.all(conversation, 'ada', cid);
      const [row] = next.all(conversation) as [{ last_seq: number }];
      insert.run(conversation, row.last_seq, cid, 'ada', CONTENT, Date.now());
    }
    db.exec('COMMIT');
  };
}

const folder = mkdtempSync(join(tmpdir(), 'drivers-'));
const rates = new Map<string, number[]>();
const opened: Driver[] = [];
try {
  const rivals = Object.entries(classOf).flatMap(([name, pick]) => {
    try {
      const db = new (pick(load(name)))(join(folder, `${name.replace('/', '-')}.db`));
      opened.push(db);
      return [{ name, append: appender(db) }];
    } catch (error) {
      process.stdout.write(`${name}: left out, ${(error as Error).message.split('\n')[0]}\n`);
      return [];
    }
  });
  for (let round = 0; round < ROUNDS; round++) {
    for (const batch of [1, 64]) {
      for (const { name, append } of rivals) {
        const until = performance.now() + ROUND_MS;
        const from = performance.now();
        let done = 0;
        for (; performance.now() < until; done += batch) append(batch);
        const key = `${name}, ${batch} a commit`;
        rates.set(key, [...(rates.get(key) ?? []), done / ((performance.now() - from) / 1000)]);
      }
    }
  }
} finally {
  for (const db of opened) db.close();
  rmSync(folder, { recursive: true });
}
for (const [key, all] of rates) {
  const median = [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
  process.stdout.write(`${key.padEnd(40)} ${Math.round(median ?? 0)} rows/s\n`);
}
