import { Worker } from 'node:worker_threads';

import { folderOf } from './corpus.ts';

/** On a machine that is busy with others, an input may wait for so long without being at fault. */
const HANG_MS = 120_000;
/** In UTF-16 units; of what is longer, the beginning is kept. */
const LONGEST = 400_000;

/** Looks from another thread whether inputs come to an end. One that does not is kept, and ends the process. */
export function watchForHangs(target: string) {
  const shared = new SharedArrayBuffer(8 + 2 * LONGEST);
  // How many inputs have begun or ended, and how long the present one is.
  const [turns, length] = [new Int32Array(shared, 0, 1), new Int32Array(shared, 4, 1)];
  const text = Buffer.from(shared, 8);
  const workerData = { shared, target, folder: folderOf(target), longestMs: HANG_MS };
  const worker = new Worker(new URL('./hangs.mjs', import.meta.url), { workerData, execArgv: [] });
  worker.unref();
  return {
    begin(input: string) {
      Atomics.store(length, 0, text.write(input, 'utf16le'));
      Atomics.add(turns, 0, 1);
    },
    end: () => void Atomics.add(turns, 0, 1),
    stop: async () => void (await worker.terminate()),
  };
}
