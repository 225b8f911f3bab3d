import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { resolve } from 'node:path';

import { id, type AppId, type Limits } from '@trialogue/protocol';

import { givenMasterKey } from './access/masterKeySource.ts';
import { readS3Place, type S3Place } from './files/s3/place.ts';
import { limitCautions, readLimits } from './ops/limits.ts';
import { logLevels, type LogLevel } from './ops/log.ts';
import { secretFiles, type SecretFiles } from './ops/secretFiles.ts';

export interface Config {
  /** 0 takes a free port. */
  port: number;
  host: string;
  /** The origin that links and `wsAddress` are made with; absent: made from host and port. */
  publicUrl?: string;
  dataDir: string;
  /** PostgreSQL, for several nodes; absent: SQLite in `dataDir`. Holds a password. */
  databaseUrl?: string;
  /** What the nodes tell each other over; absent: this node is alone. May hold a password. */
  natsUrl?: string;
  /** Where files lie; absent: in `dataDir`. Holds a secret. */
  filesAt?: S3Place;
  demo: boolean;
  /** The first app. `origins` are those that may embed its pages, its own not among them; or `*` alone. */
  app: { appId: AppId; secret: string; olderSecret?: string; origins: string[] };
  /** 32 bytes. Everything secret that lies on disk is under it. */
  masterKey: Uint8Array;
  /** What lies under these opens still; nothing new is put under them. */
  olderMasterKeys: Uint8Array[];
  logLevel: LogLevel;
  limits: Limits;
  /** Messages and files are kept for so long; absent: for ever. */
  retentionMs?: number;
  /** How many reverse proxies of ours stand before the server; 0 believes no `X-Forwarded-For`. */
  trustedProxies: number;
}

export type Env = Readonly<Record<string, string | undefined>>;

/** Everything that is wrong with the settings, in words for the operator. */
export class BadConfig extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(['The server cannot start with these settings:', ...problems.map((problem) => `  - ${problem}`)].join('\n'));
    this.name = 'BadConfig';
    this.problems = problems;
  }
}

export const dataDirOf = (env: Env): string => resolve(env['DATA_DIR'] || 'data');

const DAY_MS = 24 * 60 * 60_000;
const SECRET_LENGTH = 32;
/** Below this a secret was typed by a person or made from a word. Of three million random ones of 32 hex digits none had less than 87. */
const SECRET_BITS = 76;
const samples = /change.?me|example|sample|your.?secret|placeholder/i;

/**
 * Reads the settings (contract §8). Says all that is wrong at once, and writes nothing before the rest is right.
 * @throws {BadConfig}
 */
export function readConfig(env: Env, openSecrets: (dataDir: string) => SecretFiles = secretFiles): Config {
  const problems: string[] = [];
  const wrong = (name: string, was: string, expected: string) =>
    problems.push(`${name} ${was}. Expected: ${expected}.`);
  const given = (name: string) => (env[name] === '' ? undefined : env[name]);

  const whole = (name: string, fallback: number, most: number, expected: string): number => {
    const value = given(name);
    if (value === undefined) return fallback;
    if (/^\d{1,9}$/.test(value) && Number(value) <= most) return Number(value);
    wrong(name, `is ${quote(value)}`, expected);
    return fallback;
  };

  const port = whole('PORT', 8080, 65_535, 'a port from 0 (any free one) to 65535');
  const trustedProxies = whole('TRUSTED_PROXIES', 0, 10, 'how many reverse proxies stand before the server, 0 to 10');

  const retentionDays = whole(
    'RETENTION_DAYS',
    0,
    36_500,
    'how many days messages and files are kept, up to 36500; 0 keeps them for ever',
  );

  const limits = readLimits(given('LIMITS') ?? '', (was, expected) => wrong('LIMITS', was, expected));

  const host = given('HOST') ?? '127.0.0.1';
  if (!isHost(host)) wrong('HOST', `is ${quote(host)}`, 'an IP address or host name, without scheme or port');

  const publicUrl = given('PUBLIC_URL');
  if (publicUrl !== undefined && !isOrigin(publicUrl)) {
    wrong(
      'PUBLIC_URL',
      `is ${quote(publicUrl)}`,
      'an origin such as https://im.shop.test, without path or final slash',
    );
  }

  const demoWord = given('DEMO') ?? '0';
  if (demoWord !== '0' && demoWord !== '1') wrong('DEMO', `is ${quote(demoWord)}`, '1 (on) or 0 (off)');
  const demo = demoWord === '1';

  const logLevel = (given('LOG_LEVEL') ?? (demo ? 'warn' : 'info')) as LogLevel;
  if (!logLevels.includes(logLevel)) wrong('LOG_LEVEL', `is ${quote(logLevel)}`, `one of ${logLevels.join(', ')}`);

  const origins = (given('ALLOWED_ORIGINS') ?? '')
    .split(',')
    .map((origin) => origin.trim())
    .filter(Boolean);
  for (const origin of origins) {
    if (!isOrigin(origin)) {
      wrong(
        'ALLOWED_ORIGINS',
        `has the entry ${quote(origin)}`,
        'exact origins such as https://shop.test, separated by commas, without path or final slash; never *',
      );
    }
  }

  // Both may hold a password, and are never repeated.
  const databaseUrl = given('DATABASE_URL');
  if (databaseUrl !== undefined && !isDatabaseUrl(databaseUrl)) {
    wrong('DATABASE_URL', 'is no address of a PostgreSQL database', 'postgres://user:password@host:5432/database');
  }
  const natsUrl = given('NATS_URL');
  if (natsUrl !== undefined && !natsUrl.split(',').every(isNatsUrl)) {
    wrong('NATS_URL', 'is no address of a NATS server', 'nats://host:4222 or tls://…, several separated by commas');
  }
  if (natsUrl !== undefined && databaseUrl === undefined) {
    wrong(
      'NATS_URL',
      'is given without DATABASE_URL',
      'both, as several nodes share one PostgreSQL; or neither: one node',
    );
  }

  const filesAt = readS3Place(given, wrong);

  const appId = given('APP_ID');
  if (appId !== undefined && !isAppId(appId)) wrong('APP_ID', `is ${quote(appId)}`, APP_ID_EXPECTED);
  const secret = given('APP_SECRET');
  if (secret !== undefined) checkSecret(secret, (was) => wrong('APP_SECRET', was, SECRET_EXPECTED));
  const olderSecret = given('APP_SECRET_OLDER');
  if (olderSecret !== undefined) checkSecret(olderSecret, (was) => wrong('APP_SECRET_OLDER', was, SECRET_EXPECTED));
  if (olderSecret !== undefined && olderSecret === secret)
    wrong('APP_SECRET_OLDER', 'is APP_SECRET', 'the one before, or none');
  const olderMasterKeys = (given('MASTER_KEY_OLDER') ?? '').split(',').filter(Boolean);
  for (const older of olderMasterKeys) checkMasterKey(older, (was) => wrong('MASTER_KEY_OLDER', was, KEY_EXPECTED));
  const masterKey = givenMasterKey(given, wrong);
  if (masterKey !== undefined) checkMasterKey(masterKey, (was) => wrong('MASTER_KEY', was, KEY_EXPECTED));

  if (problems.length > 0) throw new BadConfig(problems);

  const dataDir = dataDirOf(env);
  const secrets = openSecrets(dataDir);
  /** A file can be wrong as well: somebody edited it, or another program wrote it. */
  const kept = (name: string, make: () => string, check: (value: string, no: (was: string) => void) => void) => {
    try {
      const value = secrets.keep(name, make);
      check(value, (was) => problems.push(`The file ${secrets.pathOf(name)} ${was}. Restore or delete it.`));
      return value;
    } catch (error) {
      problems.push(`The file ${secrets.pathOf(name)} cannot be used: ${(error as Error).message}`);
      return '';
    }
  };
  const config: Config = {
    port,
    host,
    ...(publicUrl !== undefined && { publicUrl }),
    dataDir,
    ...(databaseUrl !== undefined && { databaseUrl }),
    ...(natsUrl !== undefined && { natsUrl }),
    ...(filesAt !== undefined && { filesAt }),
    demo,
    app: {
      appId: id<AppId>(
        appId ?? kept('app-id', () => (demo ? 'shop' : `app-${randomBytes(5).toString('hex')}`), checkAppId),
      ),
      secret: secret ?? kept('app-secret', () => randomBytes(32).toString('base64url'), checkSecret),
      ...(olderSecret !== undefined && { olderSecret }),
      origins,
    },
    olderMasterKeys: olderMasterKeys.map(readKey),
    masterKey: readKey(masterKey ?? kept('master-key', () => randomBytes(32).toString('base64'), checkMasterKey)),
    logLevel,
    limits,
    ...(retentionDays > 0 && { retentionMs: retentionDays * DAY_MS }),
    trustedProxies,
  };
  if (problems.length > 0) throw new BadConfig(problems);
  return config;
}

/** What is allowed and yet may not be meant, in words for the operator. */
export function cautions({ host, publicUrl, demo, limits, databaseUrl, natsUrl, filesAt }: Config): string[] {
  const isHere = ['127.0.0.1', '::1', 'localhost'].includes(host);
  return [
    ...(demo && !isHere ? ['DEMO=1 lets everybody who reaches this server sign in as anybody of the demo.'] : []),
    ...(!isHere && publicUrl === undefined
      ? ['PUBLIC_URL is not set: links and wsAddress are made with HOST and PORT, without TLS.']
      : []),
    ...(databaseUrl !== undefined && natsUrl === undefined
      ? [
          'DATABASE_URL is set and NATS_URL is not: another node on this database would hear of messages 10 seconds late.',
        ]
      : []),
    ...(natsUrl !== undefined
      ? [
          'Several nodes need the same MASTER_KEY, APP_ID and APP_SECRET.',
          ...(filesAt === undefined
            ? ['FILES_URL is not set: several nodes need one DATA_DIR that all see, as files lie there.']
            : []),
        ]
      : []),
    ...(filesAt?.endpoint.startsWith('http:') && !isLoopback(filesAt.endpoint)
      ? [
          'FILES_URL has an endpoint without TLS: whoever is on the way can see which files come and go, though not into them.',
        ]
      : []),
    ...limitCautions(limits),
  ];
}

const isLoopback = (origin: string) => ['127.0.0.1', '[::1]', 'localhost'].includes(new URL(origin).hostname);

const APP_ID_EXPECTED = '1 to 64 of A–Z a–z 0–9 _ -';
const SECRET_EXPECTED = `at least ${SECRET_LENGTH} random characters, for instance from: openssl rand -base64 32`;
const KEY_EXPECTED = '32 random bytes in base64, for instance from: openssl rand -base64 32';

const quote = (value: string) => JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);

const isAppId = (text: string) => /^[A-Za-z0-9_-]{1,64}$/.test(text);

function checkAppId(text: string, no: (was: string) => void): void {
  if (!isAppId(text)) no(`does not hold ${APP_ID_EXPECTED}`);
}

const isHost = (host: string) =>
  isIP(host) !== 0 ||
  (host.length <= 253 &&
    /^(?!\d+(\.\d+)*$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(host));

/** Exactly what a browser sends as `Origin`, and nothing that could be a pattern in a policy. */
export function isOrigin(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') return false;
  return url.origin === text && isHost(url.hostname.replace(/^\[(.*)\]$/, '$1'));
}

function isDatabaseUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return (
    (url?.protocol === 'postgres:' || url?.protocol === 'postgresql:') && url.hostname !== '' && url.pathname.length > 1
  );
}

function isNatsUrl(text: string): boolean {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  return (url?.protocol === 'nats:' || url?.protocol === 'tls:') && url.hostname !== '' && /^\/?$/.test(url.pathname);
}

/** Never says the secret itself. */
function checkSecret(secret: string, no: (was: string) => void): void {
  if (secret.length < SECRET_LENGTH) no(`has ${secret.length} characters`);
  else if (samples.test(secret)) no('is a sample');
  else if (isRepeated(secret) || shannonBits(secret) < SECRET_BITS) no('is too easy to guess: it repeats itself');
  else if (/[^\x21-\x7e]/.test(secret)) no('has characters that cannot be sent in a header');
}

function checkMasterKey(text: string, no: (was: string) => void): void {
  const key = readKey(text);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) no('is not base64');
  else if (key.length !== 32) no(`has ${key.length} bytes`);
  else if (new Set(key).size < 16 || key.every((byte, at) => at === 0 || byte === ((key[at - 1] ?? 0) + 1) % 256)) {
    no('is not random');
  }
}

const readKey = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));

/** Whether it is one shorter piece over and over. */
function isRepeated(text: string): boolean {
  const period = [...text.slice(0, text.length / 2)].findIndex((_, at) => text.startsWith(text.slice(at + 1)));
  return period !== -1;
}

/** An upper estimate: as if each character were drawn as often as it occurs. */
function shannonBits(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / text.length);
  return bits;
}
