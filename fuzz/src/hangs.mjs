// The thread of hangs.ts. Plain, because a thread does not inherit the loader of TypeScript.
import { mkdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';

const { shared, target, folder, longestMs } = workerData;
const [turns, length] = [new Int32Array(shared, 0, 1), new Int32Array(shared, 4, 1)];
let seen = Atomics.load(turns, 0);
let since = Date.now();

setInterval(() => {
  const now = Atomics.load(turns, 0);
  const isBetween = now % 2 === 0;
  if (now !== seen || isBetween) {
    seen = now;
    since = Date.now();
    return;
  }
  if (Date.now() - since < longestMs) return;
  const input = Buffer.from(Buffer.from(shared, 8, Atomics.load(length, 0))).toString('utf16le');
  const file = join(folder, `hang-${process.pid}-${now}.json`);
  const why = `It did not come to an end within ${longestMs} ms.`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, `${JSON.stringify({ why, input }, undefined, 2)}\n`);
  writeSync(2, `✗ ${target}: ${why}\n    kept: ${file}\n`);
  process.kill(process.pid, 'SIGKILL');
}, 1_000);
