import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { endChild, freePort, startChild } from './child.ts';

/** A real nats-server, which comes from the system's packages and from nowhere else. */
export interface Nats {
  url: string;
  /** It is gone at once, and whoever was connected has to see for himself. */
  crash(): Promise<void>;
  /** Again, at the same address. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** By force, for whoever has no time left. */
  discard(): void;
}

/** Undefined where there is none. */
export function findNats(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/bin'];
  return folders.map((folder) => join(folder, 'nats-server')).find((file) => existsSync(file));
}

export async function startNats(program: string): Promise<Nats> {
  const port = await freePort();
  const start = () =>
    startChild(program, ['-a', '127.0.0.1', '-p', String(port)], { cwd: tmpdir(), ready: /Server is ready/ });
  let child = await start();
  return {
    url: `nats://127.0.0.1:${port}`,
    crash: () => endChild(child, 'SIGKILL'),
    async restart() {
      child = await start();
    },
    stop: () => endChild(child, 'SIGTERM'),
    discard: () => void child.kill('SIGKILL'),
  };
}
