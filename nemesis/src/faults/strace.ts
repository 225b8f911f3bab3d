import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { onEnd } from '../cleanUp.ts';
import { tempFolder } from '../folders.ts';
import { sleep, within } from '../time.ts';
import { lacksTools, tool } from './machine.ts';

/** What a disk is asked to do: make sure of what was written, or write. */
export type DiskCall = 'sync' | 'write';

const calls: Record<DiskCall, string> = { sync: 'fsync,fdatasync', write: 'pwrite64' };

/** What becomes of such calls, from the `first` on that a thread makes; `last`: Infinity lasts until it is detached. */
export interface Injection {
  call: DiskCall;
  first: number;
  last: number;
  does: { kill: true } | { fail: 'EIO' | 'ENOSPC' } | { delayMs: number };
}

export interface Tracer {
  /** When it first did something, by the clock of the histories; undefined: not yet. */
  struckAt(): number | undefined;
  detach(): Promise<void>;
}

const ATTACHING_MS = 10_000;
const DETACHING_MS = 5_000;

/** Lets strace get in between a running process and its disk. */
export async function attach(pid: number, injection: Injection): Promise<Tracer> {
  const folder = tempFolder('trace');
  const log = join(folder.path, 'log');
  const { call, first, last, does } = injection;
  const when = last === Infinity ? `${first}+` : first === last ? `${first}` : `${first}..${last}`;
  const what =
    'kill' in does ? 'signal=SIGKILL' : 'fail' in does ? `error=${does.fail}` : `delay_enter=${does.delayMs}ms`;
  const strace = spawn(
    'strace',
    [
      '-f',
      '-ttt',
      '-o',
      log,
      '-e',
      `trace=${calls[call]}`,
      '-e',
      `inject=${calls[call]}:${what}:when=${when}`,
      '-p',
      String(pid),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const forget = onEnd(() => strace.kill('SIGKILL'));
  const ended = new Promise<void>((resolve) => strace.once('exit', () => resolve()));
  let said = '';
  const attached = new Promise<void>((resolve, reject) => {
    strace.once('error', reject);
    strace.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('attached')) resolve();
    });
    void ended.then(() => reject(new Error(`strace ended at once: ${said.trim()}`)));
  });
  attached.catch(() => {});
  await within('strace to attach', ATTACHING_MS, attached);
  // It says so of the first thread, and takes the others next.
  await sleep(20);
  let struck: number | undefined;
  return {
    struckAt() {
      struck ??= firstStrike(log, does);
      return struck;
    },
    async detach() {
      // Read before the log is gone.
      strace.kill('SIGINT');
      const killing = setTimeout(() => strace.kill('SIGKILL'), DETACHING_MS);
      await ended;
      clearTimeout(killing);
      struck ??= firstStrike(log, does);
      forget();
      folder.remove();
    },
  };
}

function firstStrike(log: string, does: Injection['does']): number | undefined {
  let lines: string[];
  try {
    lines = readFileSync(log, 'utf8').split('\n');
  } catch {
    return undefined;
  }
  const mark = 'kill' in does ? 'killed by SIGKILL' : 'fail' in does ? '(INJECTED)' : '(DELAYED)';
  const line = lines.find((each) => each.includes(mark));
  const seconds = /\d+\s+(\d+\.\d+)/.exec(line ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000 - performance.timeOrigin;
}

/** Why it cannot be done here. */
export function lacksStrace(): string | undefined {
  if (process.platform !== 'linux') return 'strace is of Linux';
  const lacks = lacksTools('strace');
  if (lacks !== undefined) return lacks;
  try {
    tool('strace', '-f', '-qq', '-o', '/dev/null', '-e', 'trace=fsync', '-e', 'inject=fsync:error=EIO:when=1', 'true');
    return undefined;
  } catch (error) {
    return `strace may not trace here: ${(error as Error).message.split('\n')[0]}`;
  }
}
