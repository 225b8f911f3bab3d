// npm start: from a fresh clone to three links. Takes the variables that the server takes.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { ensureBuilt } from './parts/builds.mjs';
import { ensureInstalled } from './parts/install.mjs';
import { root, say } from './parts/project.mjs';

try {
  await ensureInstalled();
  await ensureBuilt({ names: ['SDK', 'web client', 'server'] });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

// From here on this process is the server: signals reach it and its exit code is ours, with nobody in between.
process.env.DEMO ??= '1';
process.setSourceMapsEnabled(true);
say(`Starting the server${process.env.DEMO === '1' ? ' in demo mode' : ''} …`);
await import(pathToFileURL(join(root, 'packages/server/dist/main.js')).href);
