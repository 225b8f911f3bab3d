import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { put } from '../performancePage.ts';
import { postgresSite, sqliteSite, type Ground, type Site } from './grounds.ts';
import { measure } from './measure.ts';
import { plotOf, tableOf, type Grown } from './report.ts';
import { startBuilt } from './startBuilt.ts';
import { worldsUpTo } from './world.ts';

/**
 * `npm run bench:growth`: what costs more when there is more. Fills databases of 10 thousand messages, ten times as many,
 * and so on up to `--messages`, asks the same things of the store over each in turns, and starts the built server on
 * each. Figures and plots go to docs/performance/, the tables into docs/PERFORMANCE.md (`--page`).
 *
 * With 10 million messages it needs 7 GB in the temporary folder, one store after the other, and half an hour.
 */
const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '100000' },
    stores: { type: 'string', default: 'SQLite,PostgreSQL' },
    rounds: { type: 'string', default: '20' },
    starts: { type: 'string', default: '3' },
    /** The built server, where it is another one than that of this tree. */
    server: {
      type: 'string',
      default: fileURLToPath(new URL('../../../packages/server/dist/main.js', import.meta.url)),
    },
    /** Where the SQLite databases stay for the next time. */
    keep: { type: 'string' },
    page: { type: 'boolean', default: false },
  },
});
const [messages, rounds, starts] = [values.messages, values.rounds, values.starts].map(Number);
const worlds = worldsUpTo(messages ?? NaN);
if (worlds.length === 0 || !rounds || !starts) {
  throw new Error('--messages, --rounds, --starts: expected whole numbers, at least 10000 messages');
}
const sites: Record<string, (main: string) => Promise<Site | undefined>> = {
  SQLite: (main) => sqliteSite(main, values.keep),
  PostgreSQL: postgresSite,
};

const all: Grown[] = [];
for (const store of values.stores.split(',')) {
  const made = await sites[store]?.(values.server);
  if (made) all.push(await grown(store, made, { rounds, starts }));
  else console.log(`${store}: there is none here; expected SQLite or PostgreSQL`);
}
const page = all.map((each) => tableOf(each)).join('\n\n');
console.log(page);
if (values.page) {
  const folder = fileURLToPath(new URL('../../../docs/performance/', import.meta.url));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'growth.json'), `${JSON.stringify(all, null, 1)}\n`);
  const pictures = all.map((each) => {
    const file = `growth-${each.store.toLowerCase()}.svg`;
    writeFileSync(join(folder, file), plotOf(each));
    return `![${each.store}: time over size](performance/${file})`;
  });
  put('growth', [page, ...pictures].join('\n\n'));
}

async function grown(store: string, site: Site, times: { rounds: number; starts: number }): Promise<Grown> {
  try {
    const grounds: Ground[] = [];
    for (const world of worlds) {
      const says = `${store}, ${world.messages} messages in ${world.conversations} conversations`;
      grounds.push(await site.ground(world, (share) => progress(`${says}: filled`, share)));
    }
    const measured = await measure(grounds, times.rounds, (share) => progress(`${store}: measured`, share));
    const sizes: Grown['sizes'] = [];
    for (const [at, { world, settings, bytes }] of grounds.entries()) {
      const { messages: count, conversations } = world;
      const startMs = await median(times.starts, () => startMsOf(settings));
      sizes.push({ messages: count, conversations, bytes: await bytes(), startMs, times: measured[at]! });
    }
    return { store, sizes };
  } finally {
    await site.remove();
  }
}

async function startMsOf(settings: Ground['settings']): Promise<number> {
  const server = await startBuilt(settings);
  await server.stop();
  return server.ms;
}

async function median(times: number, measureOnce: () => Promise<number>): Promise<number> {
  const all: number[] = [];
  for (let time = 0; time < times; time++) all.push(await measureOnce());
  return all.sort((a, b) => a - b)[Math.floor(times / 2)] ?? 0;
}

function progress(what: string, share: number): void {
  process.stderr.write(`${what} ${Math.round(share * 100)} %\n`);
}
