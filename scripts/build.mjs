// npm run build: the SDK, the web client, the server and the conformance suite, in the order in which they need each other.
import { ensureBuilt } from './parts/builds.mjs';
import { ensureInstalled } from './parts/install.mjs';
import { say } from './parts/project.mjs';

await ensureInstalled();
await ensureBuilt({ all: true });
say('Built. Run it with: node packages/server/dist/main.js');
