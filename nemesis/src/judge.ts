import { execFile } from 'node:child_process';
import { join } from 'node:path';

import type { Verdict } from './check/checker.ts';
import { root } from './folders.ts';

const MOST_OUTPUT = 1 << 24;

/** Has a history judged by the checker, which is a program of its own. */
export function judge(path: string): Promise<Verdict> {
  const checker = [
    '--import',
    'tsx',
    '-C',
    '@trialogue/source',
    join(root, 'nemesis/src/check/main.ts'),
    path,
    '--json',
  ];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, checker, { cwd: root, maxBuffer: MOST_OUTPUT }, (error, stdout, stderr) => {
      if (stdout.startsWith('{')) resolve(JSON.parse(stdout) as Verdict);
      else reject(new Error(`the checker could not judge ${path}: ${stderr || (error?.message ?? 'it said nothing')}`));
    });
  });
}
