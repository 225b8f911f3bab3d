import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import { familyOf } from '../cpu.ts';

const STARTING_MS = 30_000;
const ENDING_MS = 10_000;

export interface Started {
  /** What of its output said that it is ready. */
  ready: RegExpExecArray;
  /** What it said last, if it has ended without being told to. */
  died(): string | undefined;
  kill(): Promise<void>;
  /** SIGTERM; SIGKILL when that does not help. @returns the exit code */
  stop(): Promise<number | null>;
}

/**
 * Runs a program of a server until it says that it is ready.
 * @throws {Error} with what it said, when it does not get there
 */
export async function startProgram(
  command: string,
  args: readonly string[],
  {
    env,
    cwd,
    ready,
    as = {},
  }: { env: NodeJS.ProcessEnv; cwd?: string; ready: RegExp; as?: { uid?: number; gid?: number } },
): Promise<Started> {
  const child = spawn(command, args, {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(cwd !== undefined && { cwd }),
    ...as,
  });
  let said = '';
  let isTold = false;
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    const failed = (why: string) => {
      child.kill('SIGKILL');
      reject(new Error(`${command} did not start (${why}): ${said.slice(-2_000)}`));
    };
    const late = setTimeout(() => failed(`not within ${STARTING_MS / 1000} s`), STARTING_MS);
    const hear = (text: Buffer) => {
      said = (said + text.toString()).slice(-20_000);
      const match = ready.exec(said);
      if (match) resolve(match);
      if (match) clearTimeout(late);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', (error) => failed(error.message));
    child.once('exit', (code, signal) => {
      clearTimeout(late);
      failed(`ended with ${signal ?? code}`);
    });
  });
  return {
    ready: match,
    died: () =>
      !isTold && child.exitCode !== null ? `it ended with ${child.exitCode}: ${said.slice(-500)}` : undefined,
    kill() {
      isTold = true;
      return end(child, 'SIGKILL');
    },
    async stop() {
      isTold = true;
      const family = familyOf(child.pid ?? 0);
      const patience = setTimeout(() => family.forEach((pid) => signalTo(pid, 'SIGKILL')), ENDING_MS);
      await end(child, 'SIGTERM');
      clearTimeout(patience);
      return child.exitCode;
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  // A script that started the server does not always pass on what it is told.
  for (const pid of familyOf(child.pid ?? 0)) signalTo(pid, signal);
  child.kill(signal);
  await gone;
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
