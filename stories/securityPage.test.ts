import { existsSync, readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

const root = new URL('../', import.meta.url);
const page = readFileSync(new URL('docs/SECURITY.md', root), 'utf8');
const [table = '', afterTable = ''] = page.split('\n## Odd input');
const missing = page.split('## Not built yet')[1] ?? '';
const testsIn = (cell: string) =>
  [...cell.matchAll(/`([^`]+)` “([^”]+)”/g)].map(([, file = '', words = '']) => ({ file, words }));
const rows = [...table.matchAll(/^\| (T\d+) \| (.+) \| (.+) \| (.+) \|$/gm)].map(
  ([, number = '', threat = '', defence = '', cell = '']) => ({ number, threat, defence, cell, tests: testsIn(cell) }),
);
const incidents = [...afterTable.matchAll(/^\| (.+) \| (`.+”) \|$/gm)].map(([, name = '', cell = '']) => ({
  number: name,
  cell,
  tests: testsIn(cell),
}));

const folders: readonly (readonly [string, string])[] = [
  ['web/', 'apps/web/src/'],
  ['browser/', 'stories/browser/'],
  ['fuzz/', 'fuzz/src/'],
  ...['sdk', 'server', 'crypto', 'protocol'].map((name) => [`${name}/`, `packages/${name}/src/`] as const),
  ['', ''],
];

function fileOf(path: string): URL {
  const [short, long] = folders.find(([start]) => path.startsWith(start)) ?? ['', ''];
  return new URL(long + path.slice(short.length), root);
}

/** The lines that name a test: its beginning, or what follows a table of cases. */
const namesIn = (source: string): string[] =>
  source.split('\n').filter((line) => /^\s*(?:(?:test|describe)\b|['"`]|\](?: as const)?\)\()/.test(line));

describe('docs/SECURITY.md', () => {
  test('has a row for each of the 34 threats, in order, and nothing that cannot be read as one', () => {
    expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 34 }, (_, at) => `T${at + 1}`));
    expect(table.match(/^\| T/gm)).toHaveLength(rows.length);
    for (const { cell, tests } of [...rows, ...incidents])
      expect(tests).toHaveLength(cell === '–' ? 0 : cell.split(' · ').length);
    expect(incidents.length).toBeGreaterThan(12);
  });

  test('says of what no test holds that it is not built', () => {
    for (const { number, defence, tests } of rows.filter(({ cell }) => cell === '–')) {
      expect([defence, tests]).toEqual(['–', []]);
      expect(missing).toContain(`**${number},`);
    }
  });

  test.for(
    [...rows, ...incidents].flatMap(({ number, tests }) =>
      tests.map(({ file, words }) => [number, file, words] as const),
    ),
  )('%s is held by %s: %s', ([, path, words]) => {
    const file = fileOf(path);
    expect(existsSync(file), `${file.pathname} is there`).toBe(true);
    expect(namesIn(readFileSync(file, 'utf8')).filter((name) => name.includes(words))).not.toEqual([]);
  });
});

test('what ships is pinned to the letter, comes with its hash, and runs nothing when it is installed (T31)', () => {
  const read = (path: string) => JSON.parse(readFileSync(new URL(path, root), 'utf8')) as unknown;
  interface Locked {
    link?: boolean;
    dev?: boolean;
    optional?: boolean;
    integrity?: string;
    hasInstallScript?: boolean;
  }
  const { packages } = read('package-lock.json') as {
    packages: Record<string, Locked & { dependencies?: Record<string, string> }>;
  };
  const { allowScripts } = read('package.json') as { allowScripts: Record<string, boolean> };
  const ours = Object.entries(packages).filter(([place]) => !place.includes('node_modules'));
  for (const [place, { dependencies = {} }] of ours) {
    const loose = Object.entries(dependencies).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect([place, loose]).toEqual([place, []]);
  }
  const shipped = Object.entries(packages).filter(
    ([place, { link, dev }]) => place.includes('node_modules') && !link && !dev,
  );
  expect(shipped.length).toBeGreaterThan(20);
  expect(shipped.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
  // npm runs none that is not named here with `true`.
  const running = shipped.filter(
    ([place, it]) => it.hasInstallScript && allowScripts[place.replace(/^.*node_modules\//, '')] !== false,
  );
  expect(running.map(([place]) => place)).toEqual([]);
});
