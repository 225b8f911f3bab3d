import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

export interface Options {
  origin: string;
  appId: string | undefined;
  secret: string;
  /** Invariants and clauses, as in `about`; undefined: all. */
  only: readonly string[] | undefined;
  isSlow: boolean;
  /** Nodes behind the URL; what is counted on each may pass so many times. */
  nodes: number;
  isJson: boolean;
}

/** What was asked for cannot be done; says what was wrong, what was expected, what to do. Exit code 2. */
export class CannotRun extends Error {}

export const usage = `Usage: trialogue-conformance URL [options]

  URL                where the server is, such as http://127.0.0.1:8080
  --secret-file F    file that holds the app's secret; or the environment variable PLATFORM_SECRET
  --app APP_ID       the app, to learn its allowed origins; without it those of the first app
  --only I4,I7,§6    only checks of these invariants and clauses of PROTOCOL.md (§2.2 may be written 2.2)
  --slow             also what waits for the server's long timers or makes hundreds of things (about a minute more)
  --nodes N          so many nodes stand behind the URL: rates and sockets are counted on each (§8.2)
  --json             one JSON object instead of the table
  --list             the checks, without running them

It makes users and groups of its own, with names that no other run has, and leaves them behind: use a server for tests.
Exit code: 0 all passed, 1 a check failed, 2 it could not run.
`;

/**
 * @param args without node and script
 * @throws {CannotRun}
 */
export function readOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Options {
  const { values, positionals } = parsed(args);
  if (values.secret !== undefined) {
    throw new CannotRun(
      'A secret on the command line can be read by everybody on this machine (ps). Put it into a file and give --secret-file, or into PLATFORM_SECRET.',
    );
  }
  const [url, ...rest] = positionals;
  if (url === undefined || rest.length > 0)
    throw new CannotRun(`Expected one URL, got ${positionals.length}.\n\n${usage}`);
  return {
    origin: originOf(url),
    appId: values.app,
    secret: secretOf(values['secret-file'], env['PLATFORM_SECRET']),
    only: values.only === undefined ? undefined : onlyOf(values.only),
    isSlow: values.slow,
    nodes: nodesOf(values.nodes),
    isJson: values.json,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        app: { type: 'string' },
        'secret-file': { type: 'string' },
        secret: { type: 'string' },
        only: { type: 'string' },
        slow: { type: 'boolean', default: false },
        nodes: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new CannotRun(`${(error as Error).message}\n\n${usage}`);
  }
}

function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new CannotRun(
      `The URL is ${JSON.stringify(text)}. Expected: http:// or https://, host and port, as in http://127.0.0.1:8080.`,
    );
  }
  if (url.pathname !== '/' || url.search !== '') {
    throw new CannotRun(
      `The URL is ${JSON.stringify(text)}. Expected: the origin alone, without a path, as in ${url.origin}.`,
    );
  }
  return url.origin;
}

function secretOf(file: string | undefined, fromEnv: string | undefined): string {
  if (file === undefined) {
    if (fromEnv) return fromEnv;
    throw new CannotRun(
      'No platform secret. Give --secret-file F, or set PLATFORM_SECRET. The server keeps its own in DATA_DIR/app-secret.',
    );
  }
  let secret: string;
  try {
    secret = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new CannotRun(`The file of --secret-file cannot be read: ${(error as Error).message}.`);
  }
  if (secret === '') throw new CannotRun(`The file ${file} is empty. Expected: the app's secret.`);
  return secret;
}

function nodesOf(text: string): number {
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  throw new CannotRun(`--nodes is ${JSON.stringify(text)}. Expected: how many nodes are behind the URL, 1 to 99.`);
}

function onlyOf(text: string): string[] {
  return text
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)
    .map((each) => (/^\d/.test(each) ? `§${each}` : each.toUpperCase()));
}
