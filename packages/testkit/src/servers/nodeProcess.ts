import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../../server/src/main.ts', import.meta.url));
const STARTING_MS = 60_000;

/** One process of the server, from the sources. */
export interface NodeProcess {
  port: number;
  origin: string;
  /** All that it wrote. */
  said: () => string;
  isAlive: () => boolean;
  /** Answers when it is gone: with its exit code, or the signal. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | string>;
}

export async function startProcess(env: Readonly<Record<string, string>>): Promise<NodeProcess> {
  const child = spawn(process.execPath, ['-C', '@trialogue/source', '--import', 'tsx', main], {
    env: { PATH: process.env['PATH'] ?? '', HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'info', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const hear = (text: Buffer) => (said = (said + text.toString()).slice(-200_000));
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const origin = await listening(child, () => said);
  return {
    origin,
    port: Number(new URL(origin).port),
    said: () => said,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        await once(child, 'exit');
      }
      return child.signalCode ?? child.exitCode ?? 0;
    },
  };
}

async function listening(child: ChildProcess, said: () => string): Promise<string> {
  const until = performance.now() + STARTING_MS;
  while (performance.now() < until && child.exitCode === null) {
    const origin = /listening on (\S+)/.exec(said())?.[1];
    if (origin !== undefined) return origin;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  child.kill('SIGKILL');
  throw new Error(`a node did not start: ${said().slice(-3000)}`);
}
