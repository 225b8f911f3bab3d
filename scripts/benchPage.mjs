// npm run bench:page: Lighthouse on the built pages of a running server. Arguments go to bench/src/page/main.ts.

import { ensureBuilt } from './parts/builds.mjs';
import { ensureChromium } from './parts/chromium.mjs';
import { run } from './parts/command.mjs';
import { ensureInstalled } from './parts/install.mjs';
import { ensurePeer } from './parts/peers.mjs';

await ensureInstalled();
await ensureBuilt({ names: ['SDK', 'web client', 'server'] });
await ensureChromium();
const peers = await ensurePeer('lighthouse');
const main = ['--import', 'tsx', '-C', '@trialogue/source', 'bench/src/page/main.ts', '--peers', peers];
const { code } = await run(process.execPath, [...main, ...process.argv.slice(2)], { show: true });
process.exitCode = code;
