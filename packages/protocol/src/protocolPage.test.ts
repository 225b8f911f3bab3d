import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { closeCodes } from './closeCodes.ts';
import { clientFrame, serverFrame } from './frames.ts';
import { hardCaps, limits } from './limits.ts';
import { refusals } from './refusals.ts';
import { retryOf } from './retries.ts';
import { schemaOf } from './schema.ts';
import type { Shape } from './shape.ts';

const page = readFileSync(new URL('../../../PROTOCOL.md', import.meta.url), 'utf8');
const opsOf = (shape: Shape<unknown>) =>
  (schemaOf(shape)['oneOf'] as { properties: { op: { enum: string[] } } }[]).map(
    ({ properties }) => properties.op.enum[0],
  );

describe('PROTOCOL.md', () => {
  test.for([
    ['§3', clientFrame],
    ['§4', serverFrame],
  ] as const)('%s has a clause for every frame, in the order of the table', ([section, frames]) => {
    const clauses = [...page.matchAll(new RegExp(`^\\*\\*${section}\\.\\d+ \`(\\w+)\`\\*\\*`, 'gm'))].map(
      ([, op]) => op,
    );
    expect(clauses).toEqual(opsOf(frames));
  });

  test('§6 lists the close codes', () => {
    const rows = [...page.matchAll(/^\| (4\d\d\d) \| `(\w+)` \|/gm)].map(([, code, name]) => [name, Number(code)]);
    const codes = Object.entries(closeCodes).map(([name, { code }]): [string, number] => [name, code]);
    expect(rows).toEqual(codes.toSorted(([, a], [, b]) => a - b));
  });

  test('§8 lists the limits, as they come and at most', () => {
    const units = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };
    const read = (cell = '') => {
      const [count, unit] = cell.split(' ');
      return Number(count) * (units[unit as keyof typeof units] ?? 1);
    };
    const section = page.slice(page.indexOf('## §8'), page.indexOf('## §9'));
    const rows = [...section.matchAll(/^\| `(\w+)` \| (.*?) \| (.*?) \|/gm)];
    expect(Object.fromEntries(rows.map(([, name, most]) => [name, read(most)]))).toEqual(limits);
    const capped = rows.filter(([, , , cap]) => cap !== '–');
    expect(Object.fromEntries(capped.map(([, name, , cap]) => [name, read(cap)]))).toEqual(hardCaps);
  });

  test('§10.3 lists the refusals', () => {
    const rows = [...page.matchAll(/^\| `([a-z]+\.[a-z_]+)` \| (\d+) \| (\w+) \| (.*) \|$/gm)];
    const table = Object.entries(refusals).map(([name, { http, says }]) => [name, String(http), retryOf(name), says]);
    expect(rows.map(([, ...cells]) => cells)).toEqual(table);
  });

  test('§11 what the transcripts say can be said', () => {
    const lines = [...page.matchAll(/^([→←]) (\{.*\})/gm)].filter(
      ([line]) => !line.includes('{"seq":1,…}') && !/,…/.test(line),
    );
    expect(lines.length).toBeGreaterThan(20);
    for (const [, arrow, json = ''] of lines) {
      const frame: unknown = JSON.parse(json.replaceAll('…', ''));
      expect((arrow === '→' ? clientFrame : serverFrame).read(frame, 'frame')).toEqual(frame);
    }
  });

  test('every clause that the code or a vector cites is there', () => {
    for (const file of ['clientFrames', 'serverFrames', 'toFrame', 'fromFrame', 'payloads']) {
      const vectors = JSON.parse(readFileSync(new URL(`../vectors/${file}.json`, import.meta.url), 'utf8')) as {
        clause: string;
      }[];
      for (const { clause } of vectors) expect(page).toContain(`**${clause}`);
    }
  });
});
