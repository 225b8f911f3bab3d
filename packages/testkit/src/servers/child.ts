import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Of nobody: for servers that refuse to run as root. */
export const asNobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

const LONGEST_START_MS = 30_000;

/**
 * Runs a program of a server until it says that it is ready.
 *
 * @throws {Error} with all it said, when it ends before, or does not get there.
 */
export async function startChild(
  command: string,
  args: readonly string[],
  { cwd, ready, as = {} }: { cwd: string; ready: RegExp; as?: { uid?: number; gid?: number } },
): Promise<ChildProcess> {
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], ...as });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const failed = (why: string) => reject(new Error(`${command} did not start (${why}): ${said.slice(-2000)}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      failed('it took too long');
    }, LONGEST_START_MS);
    const hear = (text: Buffer) => {
      said = (said + text.toString()).slice(-20_000);
      if (!ready.test(said)) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', (error) => failed(error.message));
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      failed(`ended with ${signal ?? code}`);
    });
  });
  child.removeAllListeners('exit');
  return child;
}

/** Answers when it is gone. */
export async function endChild(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}

/** What a process has started and is still there, as far as the machine tells: Linux does. */
export function childrenOf({ pid }: ChildProcess): number[] {
  try {
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return list.split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

/** It may be gone already. */
export function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Then there is nothing left to tell.
  }
}
