import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import { platformOf } from '@trialogue/testkit';

import { launch } from '../chromium.ts';
import { put } from '../performancePage.ts';
import { startServer } from '../server.ts';
import { goals, lhrOf, printed, scoresOf, table, type Lighthouse, type Scores } from './scores.ts';

/**
 * `npm run bench:page`: Lighthouse's phone, on the conversation page with thirty messages, each time by a new link. The
 * median of the runs is held against what is promised (`--hold`), as one run on a shared machine says little;
 * it goes into docs/PERFORMANCE.md by `--page`.
 */
const { values } = parseArgs({
  options: {
    peers: { type: 'string' },
    runs: { type: 'string', default: '3' },
    out: { type: 'string' },
    hold: { type: 'boolean', default: false },
    page: { type: 'boolean', default: false },
  },
});
if (values.peers === undefined) throw new Error('--peers: expected the folder with lighthouse in its node_modules');
const entry = join(values.peers, 'node_modules/lighthouse/core/index.js');
const { default: lighthouse } = (await import(pathToFileURL(entry).href)) as { default: Lighthouse };

const MESSAGES = 30;
const server = await startServer();
try {
  const ask = platformOf(server.origin, server.appSecret);
  const cast = { ada: 'user', bo: 'merchant', cy: 'service' } as const;
  for (const [userId, urole] of Object.entries(cast)) await ask('PUT', `/users/${userId}`, { name: userId, urole });
  const members = Object.keys(cast).map((userId) => ({ userId }));
  await ask('POST', '/groups', { groupId: 'tea', name: '茶具店 · 售后', members });
  for (let nth = 1; nth <= MESSAGES; nth++) {
    const fromuid = Object.keys(cast)[nth % members.length];
    const payload = { type: 'text', text: `第 ${nth} 条：请问这套茶具什么时候发货？${'谢谢。'.repeat(nth % 7)}` };
    await ask('POST', '/groups/tea/messages', { fromuid, clientMsgId: `m${nth}`, payload });
  }
  async function judged(): Promise<Scores> {
    const { url } = await ask('POST', '/groups/tea/links', { userId: 'ada' });
    const debugPort = 9_300 + Math.floor(Math.random() * 600);
    const browser = await launch([`--remote-debugging-port=${debugPort}`]);
    try {
      return scoresOf(await lhrOf(lighthouse, String(url), debugPort));
    } finally {
      await browser.close();
    }
  }
  const all: Scores[] = [];
  for (let run = 1; run <= Number(values.runs); run++) {
    // Now and then it loses its own trace, and says that one should try again.
    const scores = await judged().catch(judged);
    all.push(scores);
    process.stdout.write(`run ${run}: ${printed(scores)}\n`);
  }
  const names = Object.keys(goals) as (keyof Scores)[];
  // Made from the names of the figures: the type does not follow them.
  const median = Object.fromEntries(
    names.map((name) => [name, all.map((one) => one[name]).sort((a, b) => a - b)[Math.floor(all.length / 2)]]),
  ) as unknown as Scores;
  console.log(`median: ${printed(median)}`);
  if (values.out) {
    mkdirSync(dirname(values.out), { recursive: true });
    writeFileSync(values.out, `${JSON.stringify({ median, all }, null, 1)}\n`);
  }
  if (values.page) put('page', table(median));
  const missed = names.filter((name) => !goals[name].isMet(median[name]));
  if (missed.length > 0) console.log(missed.map((name) => `${name}: promised ${goals[name].says}`).join('\n'));
  if (values.hold && missed.length > 0) process.exitCode = 1;
} finally {
  await server.stop();
}
