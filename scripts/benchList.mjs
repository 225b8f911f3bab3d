// npm run bench:list: our list of messages beside another one, in the same browser. Arguments go to bench/src/list/main.ts.

import { ensureChromium } from './parts/chromium.mjs';
import { run } from './parts/command.mjs';
import { ensureInstalled } from './parts/install.mjs';
import { ensurePeer } from './parts/peers.mjs';

await ensureInstalled();
await ensureChromium();
const peers = await ensurePeer('vue-advanced-chat');
const main = ['--import', 'tsx', '-C', '@trialogue/source', 'bench/src/list/main.ts', '--peers', peers];
const { code } = await run(process.execPath, [...main, ...process.argv.slice(2)], { show: true });
process.exitCode = code;
