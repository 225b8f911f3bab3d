import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { everything, newPlace, putCast } from '../storesUnderTest.ts';
import { openInProcess } from './inProcess.ts';

const ROUNDS = 5;
const ACKS_AT_LEAST = 20;

/** Lets a process append for a while and kills it without warning. Answers the lines it printed: its acks. */
async function killedWhileWriting(file: string, runMs: number): Promise<string[]> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '-C', '@trialogue/source', fileURLToPath(new URL('./crashWriter.ts', import.meta.url)), file],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let printed = '';
  let onStart = () => {};
  const started = new Promise<void>((resolve) => (onStart = resolve));
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    if (printed.split('\n').length > ACKS_AT_LEAST) onStart();
  });
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  await Promise.race([started, ended]);
  await sleep(runMs);
  child.kill('SIGKILL');
  await ended;
  // The last line may have been cut by the kill.
  return printed.split('\n').slice(1, -1);
}

test('kill -9 under load: every acknowledged message is there, at its seq, without holes (I1, I6, I8)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trialogue-crash-'));
  const file = join(folder, 'chat.db');
  const first = await openInProcess(file);
  await putCast(first);
  const places = [await newPlace(first), await newPlace(first)];
  await first.close();

  const acks: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const acked = await killedWhileWriting(file, 50 + round * 37);
    expect(acked.length).toBeGreaterThanOrEqual(ACKS_AT_LEAST - 1);
    acks.push(...acked);

    const store = await openInProcess(file);
    const logs = await Promise.all(places.map((place) => everything(store, place)));
    await store.close();
    const stored = new Set<string>();
    for (const [at, log] of logs.entries()) {
      expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
      for (const { seq, clientMsgId } of log) stored.add(`${places[at]?.dlgId} ${seq} ${clientMsgId}`);
    }
    expect(acks.filter((ack) => !stored.has(ack))).toEqual([]);
  }
  await rm(folder, { recursive: true });
}, 60_000);
