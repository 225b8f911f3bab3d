// npm run dev: server and web client from source, again after every change, with two people side by side.

import { ensureBuilt } from './parts/builds.mjs';
import { tool } from './parts/command.mjs';
import { ensureInstalled } from './parts/install.mjs';
import { say } from './parts/project.mjs';

const WEB_PORT = 5173;
const server = `http://127.0.0.1:${process.env.PORT ?? 8080}`;
const web = `http://127.0.0.1:${WEB_PORT}`;

await ensureInstalled();
await ensureBuilt({ names: ['SDK'] });

const serving = tool('tsx', ['watch', '--conditions=@trialogue/source', 'packages/server/src/main.ts'], {
  show: true,
  env: {
    DEMO: '1',
    DATA_DIR: process.env.DATA_DIR ?? 'data/dev',
    PUBLIC_URL: web,
  },
});
const pages = tool('vite', ['--host', '127.0.0.1', '--port', String(WEB_PORT), '--strictPort'], {
  show: true,
  cwd: 'apps/web',
  env: { TRIALOGUE_SERVER: server },
});

const isUp = async (url) => (await fetch(url).catch(() => undefined))?.ok === true;
const pause = () => new Promise((resolve) => setTimeout(resolve, 500));
async function greet() {
  while (!(await isUp(`${server}/demo/v1/cast`))) await pause();
  say(`Ada and Bo side by side: ${web}/dev/playground.html`);
  say(`The platform, to choose who you are: ${web}/login`);
}

void greet();

await Promise.race([serving, pages]);
say('The server or the pages ended; so does the rest.');
process.kill(process.pid, 'SIGTERM');
