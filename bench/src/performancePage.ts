import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../../docs/PERFORMANCE.md', import.meta.url));

/** Puts figures into docs/PERFORMANCE.md, between `<!-- name -->` and `<!-- /name -->`, in place of those before. */
export function put(name: string, figures: string): void {
  writeFileSync(PAGE, replaced(readFileSync(PAGE, 'utf8'), name, figures));
}

/** @throws when the page has no such place */
function replaced(page: string, name: string, figures: string): string {
  const [from, to] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [begin, end] = [page.indexOf(from), page.indexOf(to)];
  if (begin < 0 || end < begin) throw new Error(`docs/PERFORMANCE.md: expected a line ${from} and, after it, ${to}`);
  return `${page.slice(0, begin + from.length)}\n\n${figures}\n\n${page.slice(end)}`;
}
