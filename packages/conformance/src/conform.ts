import { randomBytes } from 'node:crypto';

import type { Check } from './check.ts';
import { checks } from './checks/index.ts';
import { meet } from './meet.ts';
import { CannotRun, readOptions, usage, type Options } from './options.ts';
import { runAll, type Result } from './run.ts';
import { inOrder, table } from './table.ts';
import { unseen } from './unseen.ts';

export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether a person looks at it. */
  isTerminal: boolean;
}

/**
 * The command: reads the arguments, meets the server, runs the checks, prints the table.
 * @returns the exit code: 0 all passed, 1 a check failed, 2 it could not run.
 */
export async function conform(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  terminal: Terminal,
): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    terminal.out(usage);
    return 0;
  }
  if (args.includes('--list')) {
    terminal.out(list());
    return 0;
  }
  try {
    const options = readOptions(args, env);
    const chosen = choose(options);
    const prefix = `conf-${Date.now().toString(36)}${randomBytes(3).toString('hex')}`;
    const server = await meet(options, prefix);
    const look = { isColoured: terminal.isTerminal };
    let done = 0;
    const onDone = (result: Result) => {
      done++;
      if (terminal.isTerminal && !options.isJson) terminal.out(`\r\u001B[K${done}/${chosen.length}  ${result.title}`);
    };
    const from = performance.now();
    const results = [...(await runAll(chosen, server, prefix, onDone)), ...notRun(options)];
    if (terminal.isTerminal && !options.isJson) terminal.out('\r\u001B[K');
    const seconds = (performance.now() - from) / 1000;
    if (options.isJson)
      terminal.out(`${JSON.stringify({ server: options.origin, seconds, results: inOrder(results) }, null, 2)}\n`);
    else terminal.out(`${options.origin}, names ${prefix}-…\n\n${table(results, look)}, in ${seconds.toFixed(0)} s\n`);
    return results.some(({ outcome }) => outcome === 'fail') ? 1 : 0;
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    terminal.err(`${error.message}\n`);
    return 2;
  }
}

const isChosen = (about: readonly string[], { only }: Options): boolean =>
  only === undefined || about.some((each) => only.includes(each));

/** @throws {CannotRun} when nothing is left. */
function choose(options: Options): Check[] {
  const chosen = checks.filter(({ about, isSlow }) => isChosen(about, options) && (options.isSlow || !isSlow));
  if (chosen.length === 0) {
    const names = new Set(checks.flatMap(({ about }) => about));
    throw new CannotRun(
      `No check is about ${options.only?.join(', ')}${options.isSlow ? '' : ' without --slow'}. There are: ${[...names].join(', ')}.`,
    );
  }
  return chosen;
}

/** What belongs to the contract and was not looked at, so that nobody takes silence for a pass. */
function notRun(options: Options): Result[] {
  const skip = (about: readonly string[], title: string, did: string): Result => ({
    about,
    title,
    outcome: 'skip',
    did,
    ms: 0,
  });
  const slow = options.isSlow ? [] : checks.filter(({ isSlow }) => isSlow);
  return [
    ...slow
      .filter(({ about }) => isChosen(about, options))
      .map(({ about, title }) => skip(about, title, 'slow: give --slow')),
    ...unseen
      .filter(({ about }) => isChosen([about], options))
      .map(({ about, title, why }) => skip([about], title, `not visible from outside: ${why}`)),
  ];
}

function list(): string {
  const rows = checks.map(
    ({ about, title, isSlow }) => `${about.join(' ').padEnd(18)} ${title}${isSlow ? ' (--slow)' : ''}`,
  );
  return `${rows.join('\n')}\n`;
}
