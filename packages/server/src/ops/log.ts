import { pino, type DestinationStream } from 'pino';

/** All that a log line may carry. Ids, counts and names of ours; no text, key, token, header, query or body. */
export interface LogFields {
  node?: string;
  requestId?: string;
  operation?: string;
  status?: number;
  ms?: number;
  appId?: string;
  userId?: string;
  sessionId?: string;
  dlgId?: string;
  msgId?: string;
  fileId?: string;
  connectionId?: string;
  seq?: number;
  count?: number;
  /** Name of a refusal. */
  refusal?: string;
  /** Code or name of why a socket was closed. */
  closed?: number | string;
  origin?: string;
  signal?: string;
  error?: unknown;
}

/** Where the server says what it does, for its operator. */
export interface Logger {
  debug(what: string, fields?: LogFields): void;
  info(what: string, fields?: LogFields): void;
  warn(what: string, fields?: LogFields): void;
  error(what: string, fields?: LogFields): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent'];

const allowed: ReadonlySet<string> = new Set<keyof LogFields>([
  'node',
  'requestId',
  'operation',
  'status',
  'ms',
  'appId',
  'userId',
  'sessionId',
  'dlgId',
  'msgId',
  'fileId',
  'connectionId',
  'seq',
  'count',
  'refusal',
  'closed',
  'origin',
  'signal',
]);
const LONGEST_VALUE = 200;

/**
 * JSON lines. What is not on the list of fields is dropped at run time too, so that a careless caller
 * cannot leak a secret.
 */
export function createLogger(level: LogLevel, to: DestinationStream = pino.destination(2)): Logger {
  const lines = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, to);
  return {
    debug: (what, fields) => lines.debug(keep(fields), what),
    info: (what, fields) => lines.info(keep(fields), what),
    warn: (what, fields) => lines.warn(keep(fields), what),
    error: (what, fields) => lines.error(keep(fields), what),
  };
}

/** Says nothing, for tests. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function keep(fields: LogFields = {}): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (name === 'error') kept['error'] = describe(value);
    else if (allowed.has(name) && typeof value === 'string') kept[name] = value.slice(0, LONGEST_VALUE);
    else if (allowed.has(name) && typeof value === 'number') kept[name] = value;
  }
  return kept;
}

function describe(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const code = (error as NodeJS.ErrnoException).code;
  return {
    name: error.name,
    ...(typeof code === 'string' && { code }),
    // The message of a SyntaxError quotes the input, which may be anything.
    ...(!(error instanceof SyntaxError) && { message: error.message.slice(0, LONGEST_VALUE) }),
    at: error.stack
      ?.split('\n')
      .filter((line) => line.startsWith('    at '))
      .map((line) => line.slice(7))
      .slice(0, 20),
  };
}
