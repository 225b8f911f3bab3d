import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const conf = fileURLToPath(new URL('../../deploy/nginx/nginx.conf', import.meta.url));
const LONGEST_START_MS = 10_000;

/** A real nginx with the configuration of `deploy/`. */
export interface Nginx {
  origin: string;
  /** What it wrote about requests. */
  accesses(): string;
  /** What it complained about. */
  said(): string;
  /** Puts it before these nodes, on a port of its own. */
  start(nodePorts: readonly [number, number]): Promise<void>;
  stop(): Promise<void>;
}

/** Undefined where there is none. */
export function findNginx(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin'];
  return folders.map((folder) => join(folder, 'nginx')).find((file) => existsSync(file));
}

/** It does not run yet: the nodes have to know its port, and it theirs. */
export async function nginxAt(program: string): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'trialogue-nginx-'));
  // Its workers are somebody else than root.
  chmodSync(folder, 0o777);
  const port = await freePort();
  let child: ChildProcess | undefined;
  let said = '';
  return {
    origin: `http://127.0.0.1:${port}`,
    accesses: () => readFileSync(join(folder, 'access.log'), 'utf8'),
    said: () => said,
    async start([first, second]) {
      const file = join(folder, 'nginx.conf');
      writeFileSync(file, filledIn({ port, first, second, folder }));
      child = spawn(program, ['-p', folder, '-c', file, '-e', 'stderr', '-g', 'daemon off;'], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      child.stderr?.on('data', (text: Buffer) => (said = (said + text.toString()).slice(-20_000)));
      const until = performance.now() + LONGEST_START_MS;
      while (!(await isOpen(port))) {
        if (performance.now() > until || child.exitCode !== null) throw new Error(`nginx did not start: ${said}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    async stop() {
      if (child && child.exitCode === null) {
        child.kill('SIGTERM');
        await once(child, 'exit');
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The file as it is, but for addresses and folders. @throws {Error} when it no longer has one of them */
function filledIn({ port, first, second, folder }: { port: number; first: number; second: number; folder: string }) {
  const changes: [from: string, to: string][] = [
    ['listen 8080', `listen 127.0.0.1:${port}`],
    ['server node1:8080', `server 127.0.0.1:${first}`],
    ['server node2:8080', `server 127.0.0.1:${second}`],
    ['/tmp/', `${folder}/`],
    ['/dev/stdout', join(folder, 'access.log')],
    ['worker_processes auto;', 'worker_processes 1;'],
    ['worker_connections 16384;', 'worker_connections 1024;'],
    ['worker_rlimit_nofile 65536;', ''],
  ];
  let text = readFileSync(conf, 'utf8');
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`deploy/nginx/nginx.conf has no "${from}" any more.`);
    text = text.replaceAll(from, to);
  }
  return text;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
