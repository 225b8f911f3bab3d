import { fork } from 'node:child_process';

/** So many seeds are handed to a worker at a time. */
const SHARE = 50;
/** A seed that takes longer goes round in a circle. */
const LONGEST_SEED_MS = 15_000;

/**
 * Tells the stories of `count` seeds from `from` on, in so many processes, and adds up what they say. A story that
 * breaks a promise is kept and does not end the run, unless `until` says so; a worker that dies does.
 *
 * @param onShare called with the sums so far, now and then
 * @param until when it is enough
 */
export async function tellMany({ file, from, count, workers, share = SHARE, onShare = () => {}, until = () => false }) {
  const sums = {
    seeds: 0,
    acked: 0,
    messages: 0,
    frames: 0,
    steps: 0,
    seen: {},
    healed: [],
    connected: [],
    failures: [],
    markers: [],
  };
  const end = from + count;
  let next = from;
  const most = Math.min(share, Math.max(1, Math.ceil(count / workers)));

  const work = () =>
    new Promise((resolve, reject) => {
      const worker = fork(file, {
        execArgv: ['--max-semi-space-size=64'],
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      let patience;
      const goOn = () => {
        if (next >= end || until(sums)) return worker.disconnect();
        const part = { from: next, count: Math.min(most, end - next) };
        next += part.count;
        worker.send(part);
        patience = setTimeout(
          () => {
            worker.kill('SIGKILL');
            reject(new Error(`a story of the seeds ${part.from} to ${part.from + part.count - 1} does not end`));
          },
          LONGEST_SEED_MS + (LONGEST_SEED_MS * part.count) / 10,
        );
      };
      worker.on('message', (more) => {
        clearTimeout(patience);
        add(sums, more);
        onShare(sums);
        goOn();
      });
      worker.once('error', reject);
      worker.once('exit', (code, signal) =>
        code === 0 ? resolve() : reject(new Error(`a worker ended with ${signal ?? `code ${code}`}`)),
      );
      goOn();
    });
  await Promise.all(Array.from({ length: workers }, work));
  sums.failures.sort((a, b) => a.seed - b.seed);
  return sums;
}

function add(sums, more) {
  for (const name of ['seeds', 'acked', 'messages', 'frames', 'steps']) sums[name] += more[name];
  for (const [marker, count] of Object.entries(more.seen)) sums.seen[marker] = (sums.seen[marker] ?? 0) + count;
  for (const name of ['healed', 'connected']) {
    for (const [second, count] of more[name].entries()) sums[name][second] = (sums[name][second] ?? 0) + (count ?? 0);
  }
  sums.failures.push(...more.failures);
  sums.markers = more.markers;
}

/** The second by which so much of a count by seconds is over. */
export function quantile(bySecond, part) {
  const all = bySecond.reduce((sum, count) => sum + (count ?? 0), 0);
  let left = part * all;
  const found = bySecond.findIndex((count) => (left -= count ?? 0) <= 0);
  return Math.max(0, found);
}
