import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { capacityPlot, stormPlots } from './plots.ts';
import { page } from './tables.ts';

/**
 * `npm run scale`: prints how far it goes, where it breaks and what to add. `--page` writes it into docs/SCALE.md, with
 * the plots beside it.
 */
const { values } = parseArgs({ options: { page: { type: 'boolean', default: false } } });
const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));

const parts = page();
if (!values.page) {
  for (const [name, text] of Object.entries(parts)) process.stdout.write(`${name}\n\n${text}\n\n`);
} else {
  const file = join(docs, 'SCALE.md');
  let text = readFileSync(file, 'utf8');
  for (const [name, table] of Object.entries(parts)) {
    const place = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    if (!place.test(text)) throw new Error(`docs/SCALE.md has no place for "${name}".`);
    text = text.replace(place, (_, from: string, to: string) => `${from}\n${table}\n\n${to}`);
  }
  writeFileSync(file, text);
  mkdirSync(join(docs, 'scale'), { recursive: true });
  writeFileSync(join(docs, 'scale', 'capacity.svg'), capacityPlot());
  for (const [name, plot] of Object.entries(stormPlots())) writeFileSync(join(docs, 'scale', `${name}.svg`), plot);
  process.stdout.write('Wrote docs/SCALE.md and docs/scale.\n');
}
