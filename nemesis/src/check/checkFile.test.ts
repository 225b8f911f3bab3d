import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, test } from 'vitest';

import { HistoryFile } from '../history/writer.ts';
import { checkFile, pickLines } from './checkFile.ts';

const folder = mkdtempSync(join(tmpdir(), 'nemesis-check-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MESSAGES = 30_000;

function written(name: string, isLosing: boolean): string {
  const history = new HistoryFile(join(folder, name));
  const named = (n: number) => ({ dlg: 'shop', from: 'ada', cid: `c-${n}` });
  for (let n = 1; n <= MESSAGES; n++) {
    history.tell('ada', { f: 'send', h: 'ab', ...named(n) });
    history.tell('ada', { f: 'ack', seq: n, mid: `m-${n}`, ...named(n) });
  }
  for (let after = 0; after < MESSAGES; after += 200) {
    const list = Array.from({ length: 200 }, (_, at) => after + at + 1)
      .filter((seq) => !(isLosing && seq === 12_345))
      .map((seq): [number, string, string, string, string] => [seq, `m-${seq}`, 'ada', `c-${seq}`, 'ab']);
    const more = after + 200 < MESSAGES;
    history.tell('cy', { f: 'hist', dlg: 'shop', after, head: MESSAGES, more, list, final: true });
  }
  history.close();
  return history.path;
}

test('a history that spans many blocks of the file is read whole', async () => {
  const verdict = await checkFile(written('clean.jsonl', false));
  expect(verdict).toMatchObject({ sent: MESSAGES, acked: MESSAGES, anomalies: [] });
});

test('one lost message among many is found, with the lines that show it (I1)', async () => {
  const path = written('losing.jsonl', true);
  const { anomalies } = await checkFile(path);
  expect(anomalies.map(({ name, count }) => [name, count])).toEqual([
    ['lost-write', 1],
    ['poll-skip', 1],
  ]);
  const lines = await pickLines(path, new Set(anomalies[0]?.witness));
  expect([...lines.values()].slice(0, 2).every((line) => line.includes('"cid":"c-12345"'))).toBe(true);
});

test('a line that is no event is named; one that was not finished is left out', async () => {
  const path = join(folder, 'odd.jsonl');
  writeFileSync(path, '{"t_mono":1,"proc":"a","f":"conn"}\nwhat?\n');
  await expect(checkFile(path)).rejects.toThrow('line 2 is no event');
  writeFileSync(path, '{"t_mono":1,"proc":"a","f":"conn"}\n{"t_mono":2,"pro');
  expect(await checkFile(path)).toMatchObject({ events: 1 });
});
