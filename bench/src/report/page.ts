import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { put } from '../performancePage.ts';
import type { Results } from '../scenarios/results.ts';
import { plots } from './plots.ts';
import { tables } from './tables.ts';

const folder = fileURLToPath(new URL('../../../docs/performance/', import.meta.url));

/** The figures into docs/PERFORMANCE.md, the pictures and all that was found beside it. */
export function writePage(results: Results): void {
  mkdirSync(folder, { recursive: true });
  const pictures = plots(results);
  for (const [name, svg] of Object.entries(pictures)) writeFileSync(`${folder}${name}`, svg);
  writeFileSync(`${folder}server.json`, `${JSON.stringify(results, undefined, 1)}\n`);
  put('server', section(results, Object.keys(pictures)));
}

/** What stands between the markers. */
export function section(results: Results, pictures: readonly string[]): string {
  const { at, size, minutes, sides, machine } = results;
  const { cpu, cores, node, pinned, loadBefore } = machine;
  const skipped = Object.values(sides).flatMap(({ name, skipped }) =>
    skipped === undefined ? [] : `${name}: ${skipped}`,
  );
  return [
    `${at.slice(0, 10)}, ${cores} cores (${cpu}), Node ${node.slice(1)}, ${minutes.toFixed(0)} minutes in all, load before: ` +
      `${loadBefore.toFixed(1)}. ${pinned ? 'Server and database on core 0, generator on the others.' : 'Server and generator were not kept apart.'}` +
      (size === 'quick' ? ' **The quick size: these figures say that it runs, not how well.**' : ''),
    ...(skipped.length > 0 ? [`Left out here: ${skipped.join('; ')}.`] : []),
    ...pictures.map((name) => `![${name.replace('.svg', '')}](performance/${name})`),
    ...keepsTable(results),
    tables(results),
  ].join('\n\n');
}

const keepsTable = ({ sides }: Results): string[] => [
  [
    '| | what an ack means |',
    '|---|---|',
    ...Object.values(sides)
      .filter(({ skipped }) => skipped === undefined)
      .map(({ name, keeps }) => `| ${name} | ${keeps} |`),
  ].join('\n'),
];
