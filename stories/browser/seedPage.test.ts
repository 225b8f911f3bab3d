import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(root + path, 'utf8');

/** The rows of docs/SEED.md: what the seed says, where it is, what proves it. */
const rows = read('docs/SEED.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| Seed'))
  .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')) as [string, string, string]);

test.for(rows)('docs/SEED.md: %s', ([, where, proof]) => {
  for (const [, path] of where.matchAll(/`((?:apps|packages|docs)\/[^`]+|package\.json)`/g)) {
    expect([path, existsSync(root + path)]).toEqual([path, true]);
  }
  const proofs = [...proof.matchAll(/`([^`]+\.test\.ts)` › (.+?)(?=, `|$)/g)];
  expect(proofs).not.toEqual([]);
  for (const [, file = '', name = ''] of proofs) {
    const path = file.includes('/') ? file : `stories/browser/${file}`;
    const names = [...read(path).matchAll(/\btest(?:\.for\([^]*?\))?\(\s*(['"`])([^]*?)\1,/g)].map(([, , one]) => one);
    expect([`${path}: ${name}`, names.some((one) => one?.startsWith(name))]).toEqual([`${path}: ${name}`, true]);
  }
});

test('the folders of the seed are there', () => {
  const folders = ['assets', 'components/ChatList', 'components/Editor', 'components/Toast', 'components/MemberList'];
  folders.push('http', 'lib', 'router', 'store', 'utils');
  folders.push('views/groupConversation', 'views/createGroup', 'views/login');
  const files = ['src/App.vue', 'src/main.ts', 'src/http/api.ts', 'src/http/index.ts', 'index.html'];
  files.push('public/favicon.ico', 'public/test.html');
  const paths = [...folders.map((folder) => `apps/web/src/${folder}`), ...files.map((file) => `apps/web/${file}`)];
  expect(paths.filter((path) => !existsSync(root + path))).toEqual([]);
  const { dependencies } = JSON.parse(read('apps/web/package.json')) as { dependencies: Record<string, string> };
  expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(['vue', 'vue-router', 'axios', 'pinia']));
});

test('axios.defaults.baseURL is set where the seed sets it', () => {
  expect(read('apps/web/src/http/index.ts')).toMatch(/^axios\.defaults\.baseURL = '';$/m);
});
