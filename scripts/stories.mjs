// npm run stories -- --seeds 500: tells that many seeded stories. SEED=412 npm run stories tells one of them again.
import { parseArgs } from 'node:util';

import { tool } from './parts/command.mjs';
import { ensureInstalled } from './parts/install.mjs';

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '500' } } });
if (!/^[1-9]\d*$/.test(values.seeds)) {
  console.error(`--seeds ${values.seeds}: expected how many stories to tell, such as --seeds 500`);
  process.exit(1);
}
await ensureInstalled();
const { code } = await tool('vitest', ['run', '--project', 'stories'], {
  show: true,
  env: { STORIES_SEEDS: values.seeds },
});
process.exitCode = code;
