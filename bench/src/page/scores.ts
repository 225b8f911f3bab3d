/** What is read off one run of Lighthouse. Times in ms. */
export interface Scores {
  performance: number;
  accessibility: number;
  bestPractices: number;
  lcpMs: number;
  fcpMs: number;
  cls: number;
  blockingMs: number;
  kilobytes: number;
}

interface Goal {
  says: string;
  isMet: (value: number) => boolean;
}
const least = (value: number): Goal => ({ says: `at least ${value}`, isMet: (seen) => seen >= value });
const most = (value: number): Goal => ({ says: `at most ${value}`, isMet: (seen) => seen <= value });
const any: Goal = { says: 'anything', isMet: () => true };

export const goals: Record<keyof Scores, Goal> = {
  performance: least(97),
  accessibility: least(100),
  bestPractices: least(100),
  lcpMs: most(1_900),
  fcpMs: most(1_400),
  cls: most(0.01),
  // On a busy machine this says more of the machine than of the page.
  blockingMs: any,
  kilobytes: any,
};

/** As much of Lighthouse's result as is read here. */
interface Lhr {
  categories: Record<string, { score: number | null }>;
  audits: Record<string, { score: number | null; numericValue?: number; title: string }>;
  runtimeError?: { message: string };
}
export type Lighthouse = (url: string, flags: Record<string, unknown>) => Promise<{ lhr: Lhr } | undefined>;

/** @throws {Error} when the page could not be judged */
export async function lhrOf(lighthouse: Lighthouse, url: string, port: number): Promise<Lhr> {
  const onlyCategories = ['performance', 'accessibility', 'best-practices'];
  const result = await lighthouse(url, { port, output: 'json', logLevel: 'error', onlyCategories });
  if (!result || result.lhr.runtimeError) throw new Error(result?.lhr.runtimeError?.message ?? 'no result');
  return result.lhr;
}

export function scoresOf({ categories, audits }: Lhr): Scores {
  const score = (name: string) => Math.round((categories[name]?.score ?? 0) * 100);
  const number = (name: string) => audits[name]?.numericValue ?? NaN;
  for (const name of ['accessibility', 'best-practices']) {
    if (score(name) === 100) continue;
    for (const { score: each, title } of Object.values(audits)) if (each === 0) console.log(`  ${name}? ${title}`);
  }
  return {
    performance: score('performance'),
    accessibility: score('accessibility'),
    bestPractices: score('best-practices'),
    lcpMs: Math.round(number('largest-contentful-paint')),
    fcpMs: Math.round(number('first-contentful-paint')),
    cls: number('cumulative-layout-shift'),
    blockingMs: Math.round(number('total-blocking-time')),
    kilobytes: Math.round(number('total-byte-weight') / 1000),
  };
}

export const printed = (scores: Scores): string =>
  Object.entries(scores)
    .map(([name, value]) => `${name} ${typeof value === 'number' && value < 1 ? value.toFixed(4) : value}`)
    .join(', ');

const names: Readonly<Record<keyof Scores, string>> = {
  performance: 'performance',
  accessibility: 'accessibility',
  bestPractices: 'best practices',
  lcpMs: 'largest contentful paint, ms',
  fcpMs: 'first contentful paint, ms',
  cls: 'cumulative layout shift',
  blockingMs: 'total blocking time, ms',
  kilobytes: 'all that is transferred, kB',
};

/** The median of the runs and what is promised, as a table of Markdown. */
export const table = (median: Scores): string =>
  [
    '| Lighthouse, median | found | promised |',
    '|---|---:|---|',
    ...Object.entries(names).map(([name, says]) => {
      const key = name as keyof Scores;
      const found = key === 'cls' ? median[key].toFixed(4) : median[key].toLocaleString('en');
      return `| ${says} | ${found} | ${goals[key].says} |`;
    }),
  ].join('\n');
