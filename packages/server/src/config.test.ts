import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { limits } from '@trialogue/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { BadConfig, cautions, readConfig, type Env } from './config.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'trialogue-config-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const read = (env: Env = {}) => readConfig({ DATA_DIR: join(dir, 'data'), ...env });
const problems = (env: Env): readonly string[] => {
  try {
    read(env);
  } catch (error) {
    if (error instanceof BadConfig) return error.problems;
    throw error;
  }
  return [];
};
const goodSecret = randomBytes(32).toString('base64url');
const goodKey = randomBytes(32).toString('base64');

test('with nothing set it listens on 127.0.0.1:8080, demo off, for its own origin only', () => {
  expect(read()).toMatchObject({ port: 8080, host: '127.0.0.1', demo: false, app: { origins: [] }, logLevel: 'info' });
  expect(read()).not.toHaveProperty('publicUrl');
});

test('secrets are made once, private to their owner, and found again', () => {
  const first = read();
  expect(first.masterKey).toHaveLength(32);
  expect(first.app.secret.length).toBeGreaterThanOrEqual(43);
  expect(read()).toEqual(first);

  const folder = join(dir, 'data/secrets');
  expect(readdirSync(folder).toSorted()).toEqual(['app-id', 'app-secret', 'master-key']);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(join(dir, 'data')).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
});

test('two servers have two secrets', () => {
  const other = readConfig({ DATA_DIR: join(dir, 'other') });
  expect(other.app.secret).not.toBe(read().app.secret);
  expect(other.masterKey).not.toEqual(read().masterKey);
});

test('what is given is used, and nothing is written for it', () => {
  const config = read({ APP_ID: 'tea-shop', APP_SECRET: goodSecret, MASTER_KEY: goodKey });
  expect(config.app).toMatchObject({ appId: 'tea-shop', secret: goodSecret });
  expect(Buffer.from(config.masterKey).toString('base64')).toBe(goodKey);
  expect(() => readdirSync(join(dir, 'data'))).toThrow();
});

test('origins are a list', () => {
  expect(read({ ALLOWED_ORIGINS: 'https://a.test, http://b.test:81' }).app.origins).toEqual([
    'https://a.test',
    'http://b.test:81',
  ]);
});

describe('it refuses, and says which and why:', () => {
  test.each<[string, string, RegExp]>([
    ['PORT', '80 80', /PORT is "80 80"\. Expected: a port/],
    ['PORT', '65536', /PORT/],
    ['PORT', '-1', /PORT/],
    ['HOST', 'http://im.test', /HOST is "http:\/\/im\.test"\. Expected: an IP address/],
    ['HOST', '1.2.3', /HOST/],
    ['PUBLIC_URL', 'https://im.test/chat', /PUBLIC_URL.*origin/],
    ['PUBLIC_URL', 'https://im.test/', /PUBLIC_URL.*final slash/],
    ['PUBLIC_URL', 'im.test', /PUBLIC_URL/],
    ['PUBLIC_URL', 'ftp://im.test', /PUBLIC_URL/],
    ['DEMO', 'yes', /DEMO is "yes"\. Expected: 1/],
    ['LOG_LEVEL', 'loud', /LOG_LEVEL/],
    ['RETENTION_DAYS', '30d', /RETENTION_DAYS is "30d"\. Expected: how many days/],
    ['LIMITS', 'contentByte=1', /^LIMITS has the entry "contentByte=1", .* such as contentBytes;/],
    ['LIMITS', 'contentBytes=24577', /^LIMITS has .* more than a server may have\. Expected: .* from 1 to 24576/],
    ['ALLOWED_ORIGINS', 'https://a.test,b.test', /ALLOWED_ORIGINS has the entry "b\.test"/],
    ['ALLOWED_ORIGINS', 'https://a.test/', /ALLOWED_ORIGINS/],
    ['ALLOWED_ORIGINS', 'https://*.test', /ALLOWED_ORIGINS/],
    ['ALLOWED_ORIGINS', 'https://A.test', /ALLOWED_ORIGINS/],
    ['ALLOWED_ORIGINS', '*', /ALLOWED_ORIGINS.*never \*/],
    ['ALLOWED_ORIGINS', '*,https://a.test', /ALLOWED_ORIGINS/],
    ['DATABASE_URL', 'mysql://u:CANARY@h/d', /DATABASE_URL is no address of a PostgreSQL.*Expected: postgres:\/\/user/],
    ['DATABASE_URL', 'postgres://u:CANARY@h', /DATABASE_URL/],
    ['DATABASE_URL', 'h:5432/CANARY', /DATABASE_URL/],
    ['NATS_URL', 'nats://h', /NATS_URL is given without DATABASE_URL/],
    ['FILES_URL', 'https://tea.test/CANARY', /FILES_URL is no address of a bucket/],
    ['APP_ID', 'tea shop', /APP_ID/],
    ['APP_SECRET', 'CANARY', /APP_SECRET has 6 characters\. Expected: at least 32/],
    ['APP_SECRET', 'a'.repeat(40), /APP_SECRET is too easy/],
    ['APP_SECRET', 'CANARY-12'.repeat(5), /APP_SECRET is too easy/],
    ['APP_SECRET', 'abababababababababcdcdcdcdcdcdcdcdcd', /APP_SECRET is too easy/],
    ['APP_SECRET', 'please-change-me-0123456789-CANARY-xyz', /APP_SECRET is a sample/],
    ['APP_SECRET', `${goodSecret} CANARY`, /APP_SECRET has characters/],
    ['MASTER_KEY', randomBytes(31).toString('base64'), /MASTER_KEY has 31 bytes/],
    ['MASTER_KEY', 'not base64! CANARY', /MASTER_KEY is not base64/],
    ['MASTER_KEY', Buffer.alloc(32).toString('base64'), /MASTER_KEY is not random/],
    ['MASTER_KEY', Buffer.alloc(32, 7).toString('base64'), /MASTER_KEY is not random/],
    ['MASTER_KEY', Buffer.from([...Array(32).keys()]).toString('base64'), /MASTER_KEY is not random/],
    ['MASTER_KEY_OLDER', `${randomBytes(32).toString('base64')},CANARY`, /MASTER_KEY_OLDER has 4 bytes/],
    ['MASTER_KEY_FILE', '/nowhere', /MASTER_KEY_FILE cannot be used: ENOENT.*Expected: a file/],
    ['MASTER_KEY_COMMAND', 'echo CANARY; exit 2', /MASTER_KEY_COMMAND cannot be used: it ended with code 2/],
    ['MASTER_KEY_COMMAND', 'echo CANARY', /MASTER_KEY has 4 bytes/],
    ['APP_SECRET_OLDER', 'CANARY', /APP_SECRET_OLDER has 6 characters/],
  ])('%s=%s', (name, value, says) => {
    expect(problems({ [name]: value })).toEqual([expect.stringMatching(says)]);
    expect(problems({ [name]: value }).join('')).not.toContain('CANARY');
  });

  test('all that is wrong at once, and nothing is written before the rest is right', () => {
    expect(problems({ PORT: 'x', HOST: '-', APP_SECRET: 'short' })).toHaveLength(3);
    expect(() => readdirSync(join(dir, 'data'))).toThrow();
  });

  test('a secret file that others may read', () => {
    read();
    chmodSync(join(dir, 'data/secrets/master-key'), 0o644);
    expect(problems({})).toEqual([
      expect.stringMatching(/master-key cannot be used: others may read it\. Run: chmod 600/),
    ]);
  });

  test('a secret file that was cut off', () => {
    const { app } = read();
    writeFileSync(join(dir, 'data/secrets/app-secret'), app.secret.slice(0, 20));
    expect(problems({})).toEqual([expect.stringMatching(/app-secret has 20 characters/)]);
    expect(readFileSync(join(dir, 'data/secrets/app-secret'), 'utf8')).toHaveLength(20);
  });

  test('a folder that cannot be written', () => {
    writeFileSync(join(dir, 'data'), 'a file, not a folder');
    expect(problems({})[0]).toMatch(/app-id cannot be used/);
  });
});

test('files lie in DATA_DIR, or in a bucket as somebody', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AK', AWS_SECRET_ACCESS_KEY: 'CANARY' };
  const FILES_URL = 's3://tea/shop?endpoint=https://store.test';
  expect(read()).not.toHaveProperty('filesAt');
  expect(read(keys)).not.toHaveProperty('filesAt');
  expect(read({ FILES_URL, ...keys }).filesAt).toMatchObject({ bucket: 'tea', secretAccessKey: 'CANARY' });
  expect(problems({ FILES_URL })).toEqual([
    expect.stringMatching(/^AWS_ACCESS_KEY_ID is not set/),
    expect.stringMatching(/^AWS_SECRET_ACCESS_KEY is not set/),
  ]);
  const several = { DATABASE_URL: 'postgres://u:p@db.test/d', NATS_URL: 'nats://bus.test' };
  const says = (env: Env) => cautions(read(env)).filter((caution) => caution.includes('FILES_URL'));
  expect(says(several)).toEqual([expect.stringMatching(/one DATA_DIR that all see/)]);
  expect(says({ ...several, FILES_URL, ...keys })).toEqual([]);
  const open = 's3://tea?endpoint=http://store.test:9000';
  expect(says({ ...several, FILES_URL: open, ...keys })).toEqual([expect.stringMatching(/without TLS/)]);
  expect(says({ FILES_URL: open.replace('store.test', '127.0.0.1'), ...keys })).toEqual([]);
});

test('messages are kept for ever, or for so many days', () => {
  expect(read()).not.toHaveProperty('retentionMs');
  expect(read({ RETENTION_DAYS: '0' })).not.toHaveProperty('retentionMs');
  expect(read({ RETENTION_DAYS: '30' }).retentionMs).toBe(30 * 24 * 60 * 60_000);
});

test('limits are as they come, but for those that are named', () => {
  expect(read().limits).toEqual(limits);
  expect(read({ LIMITS: 'recallMs=60000,page=20' }).limits).toEqual({ ...limits, recallMs: 60_000, page: 20 });
});

test('what may not be meant is pointed out', () => {
  const says = (env: Env) => cautions(read(env)).map((caution) => caution.split(/[ =:]/)[0]);
  expect(says({})).toEqual([]);
  expect(says({ DEMO: '1', ALLOWED_ORIGINS: 'https://a.test' })).toEqual([]);
  expect(says({ HOST: '0.0.0.0', PUBLIC_URL: 'https://im.test' })).toEqual([]);
  expect(says({ HOST: '0.0.0.0', DEMO: '1' })).toEqual(['DEMO', 'PUBLIC_URL']);
  expect(says({ LIMITS: 'payloadBytes=12288' })).toEqual(['LIMITS']);
});

test('random secrets of every usual form are taken', () => {
  for (let times = 0; times < 300; times++) {
    for (const form of ['hex', 'base64', 'base64url'] as const) {
      const secret = randomBytes(form === 'hex' ? 16 : 24).toString(form);
      expect(problems({ APP_SECRET: secret, MASTER_KEY: randomBytes(32).toString('base64'), APP_ID: 'a' })).toEqual([]);
    }
  }
});
