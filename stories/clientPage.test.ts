import { existsSync, readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

const root = new URL('../', import.meta.url);
const page = readFileSync(new URL('docs/CLIENT.md', root), 'utf8');
const [table = '', missing = ''] = page.split('## Not built yet');
const rows = [...table.matchAll(/^\| (4\.\d [MSW]) (.+) \| (.+) \| (`.+`|–) \| (.+) \|$/gm)].map(
  ([, line = '', name = '', , component = '', cell = '']) => ({
    line,
    name,
    component: component.replaceAll('`', ''),
    cell,
    tests: [...cell.matchAll(/`([^`]+)` “([^”]+)”/g)].map(([, file = '', words = '']) => ({ file, words })),
  }),
);

const folders: readonly (readonly [string, string])[] = [
  ['web/', 'apps/web/src/'],
  ['sdk/', 'packages/sdk/src/'],
  ['server/', 'packages/server/src/'],
  ['browser/', 'stories/browser/'],
];

function fileOf(path: string): URL {
  const [short, long] = folders.find(([start]) => path.startsWith(start)) ?? ['', ''];
  return new URL(long + path.slice(short.length), root);
}

/** The lines that name a test: its beginning, or what follows a table of cases. */
const namesIn = (source: string): string[] =>
  source.split('\n').filter((line) => /^\s*(?:(?:test|describe)\b|['"`]|\](?: as const)?\)\()/.test(line));

describe('docs/CLIENT.md', () => {
  test('has a row for each must-have, 45 of them, and nothing that cannot be read as a row', () => {
    expect(rows.filter(({ line }) => line.endsWith('M'))).toHaveLength(45);
    expect(table.match(/^\| 4\./gm)).toHaveLength(rows.length);
    expect(rows.filter(({ cell, tests }) => cell.split(' · ').length !== Math.max(1, tests.length))).toEqual([]);
  });

  test('says of what is not built, or has no test, that it is so', () => {
    const without = rows.filter(({ component, tests }) => component === '–' || tests.length === 0);
    expect(without.filter(({ cell, name }) => cell !== '–' || !missing.includes(`**${name}**`))).toEqual([]);
  });

  test.for(rows.filter(({ component }) => component !== '–').map(({ name, component }) => [name, component] as const))(
    '%s is built in %s',
    ([, component]) => expect(existsSync(new URL(component, new URL('apps/web/src/', root)))).toBe(true),
  );

  test.for(rows.flatMap(({ name, tests }) => tests.map(({ file, words }) => [name, file, words] as const)))(
    '%s is held by %s: %s',
    ([, path, words]) => {
      const file = fileOf(path);
      expect(existsSync(file), `${file.pathname} is there`).toBe(true);
      expect(namesIn(readFileSync(file, 'utf8')).filter((name) => name.includes(words))).not.toEqual([]);
    },
  );
});
