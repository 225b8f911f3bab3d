import { existsSync, readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

const root = new URL('../', import.meta.url);
const page = readFileSync(new URL('docs/RELIABILITY.md', root), 'utf8');
/** A table of promises in one section of the page. */
const table = (section: string) => {
  const text = page.split(/^## /m).find((part) => part.startsWith(`${section}\n`)) ?? '';
  return [...text.matchAll(/^\| (I\d+) \| (.+) \| (.+) \|$/gm)].map(([, about = '', , tests = '']) => ({
    about,
    tests: [...tests.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path),
  }));
};

const folders: readonly (readonly [string, string])[] = [
  ['server/', 'packages/server/src/'],
  ['sdk/', 'packages/sdk/src/'],
  ['conformance/', 'packages/conformance/src/checks/'],
  ['nemesis/', 'nemesis/src/scenarios/'],
  ['browser/', 'stories/browser/'],
];

function fileOf(path: string): URL {
  const [short, long] = folders.find(([start]) => path.startsWith(start)) ?? ['', ''];
  return new URL(long + path.slice(short.length), root);
}

describe.for(['The promises', 'Several nodes'])('docs/RELIABILITY.md, %s', (section) => {
  const rows = table(section);

  test('has a row for each promise of delivery', () => {
    expect(rows.map(({ about }) => about)).toEqual(Array.from({ length: 36 }, (_, at) => `I${at + 1}`));
    expect(rows.filter(({ tests }) => tests.length === 0)).toEqual([]);
  });

  test.for(rows.flatMap(({ about, tests }) => tests.map((path) => [about, path] as const)))(
    '%s is held by %s',
    ([about, path]) => {
      const file = fileOf(path);
      expect(existsSync(file), `${file.pathname} is there`).toBe(true);
      expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`\\b${about}\\b`));
    },
  );
});
