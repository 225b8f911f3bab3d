import type { Result } from './run.ts';

export interface Look {
  isColoured: boolean;
}

const colours = { pass: 32, fail: 31, skip: 33 } as const;
const ABOUT_WIDTH = 10;
const TITLE_WIDTH = 68;

/** By invariant first, then by clause. */
export const inOrder = (results: readonly Result[]): Result[] =>
  [...results].sort((a, b) => placeOf(a) - placeOf(b) || a.title.localeCompare(b.title));

function placeOf({ about }: Result): number {
  const [first = ''] = about;
  const [, section = '0', clause = '0'] = /(\d+)(?:\.(\d+))?/.exec(first) ?? [];
  return (first.startsWith('I') ? 0 : 10_000) + Number(section) * 100 + Number(clause);
}

/** One line of a check while it runs, and in the table. */
function rowOf({ about, outcome, title, ms }: Result, { isColoured }: Look): string {
  const word = isColoured ? `\u001B[${colours[outcome]}m${outcome}\u001B[0m` : outcome;
  const time = outcome === 'skip' ? '' : `${(ms / 1000).toFixed(1)} s`;
  const names = about.slice(0, 2).join(' ').padEnd(ABOUT_WIDTH);
  return `${names} ${word}  ${title.padEnd(TITLE_WIDTH)} ${time.padStart(7)}`.trimEnd();
}

/** The whole table; what failed once more below, with its witness. */
export function table(results: readonly Result[], look: Look): string {
  const all = inOrder(results);
  const lines: string[] = [];
  for (const result of all) {
    lines.push(rowOf(result, look));
    if (result.outcome === 'skip') lines.push(`${' '.repeat(ABOUT_WIDTH + 7)}${result.did}`);
  }
  for (const { about, title, expected, seen } of all.filter(({ outcome }) => outcome === 'fail')) {
    lines.push('', `${about.join(' ')}  ${title}`, `  expected  ${expected}`, `  seen      ${seen}`);
  }
  return [...lines, '', summary(all)].join('\n');
}

function summary(results: readonly Result[]): string {
  const count = (outcome: Result['outcome']) => results.filter((each) => each.outcome === outcome).length;
  return `${count('pass')} passed, ${count('fail')} failed, ${count('skip')} skipped`;
}
