import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { embedder, openHttp, type Http } from './httpUnderTest.ts';

let dir: string;
let at: Http;
const open = async (isDemo: boolean) => {
  at = await openHttp({ isDemo, folders: { web: join(dir, 'web'), sdk: join(dir, 'sdk') } });
};
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'trialogue-pages-'));
  mkdirSync(join(dir, 'web/assets'), { recursive: true });
  mkdirSync(join(dir, 'sdk'));
  writeFileSync(join(dir, 'web/index.html'), '<!doctype html><title>client</title>');
  writeFileSync(join(dir, 'web/test.html'), '<!doctype html><title>desk</title>');
  writeFileSync(join(dir, 'web/test.js'), '1');
  writeFileSync(join(dir, 'web/favicon.ico'), 'icon');
  writeFileSync(join(dir, 'web/assets/index-abc123.js'), '2');
  for (const name of ['im-sdk.min.js', 'im-sdk.min.js.map', 'index.js']) writeFileSync(join(dir, 'sdk', name), name);
  writeFileSync(join(dir, 'secret'), 'CANARY');
  await open(true);
});
afterEach(async () => {
  await at.close();
  rmSync(dir, { recursive: true, force: true });
});

const policyOf = async (path: string) => (await at.ask(`GET ${path}`)).headers['content-security-policy'] ?? '';
const ancestorsOf = async (path: string) => /frame-ancestors ([^;]*)/.exec(await policyOf(path))?.[1];

test.each(['/groupConversation?groupId=tea&userId=ada', '/workbench', '/login', '/login/logout', '/createGroup'])(
  'the web client is at %s',
  async (path) => {
    const came = await at.ask(`GET ${path}`);
    expect(came).toMatchObject({ status: 200, text: expect.stringContaining('client') });
    expect(came.headers).toMatchObject({
      'content-type': expect.stringMatching(/^text\/html/),
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('camera=(self), microphone=(self)'),
      'strict-transport-security': expect.any(String),
    });
  },
);

test('whoever accepts it is sent what the build has compressed, under the headers of the file itself', async () => {
  for (const name of ['web/index.html', 'web/assets/index-abc123.js', 'sdk/im-sdk.min.js']) {
    writeFileSync(join(dir, `${name}.br`), brotliCompressSync(`small ${name}`));
    writeFileSync(join(dir, `${name}.gz`), gzipSync(`small ${name}`));
  }
  for (const path of ['/groupConversation', '/assets/index-abc123.js', '/sdk/im-sdk.min.js']) {
    const plain = await at.ask(`GET ${path}`);
    for (const coding of ['br', 'gzip']) {
      const came = await at.ask(`GET ${path}`, { headers: { 'accept-encoding': coding } });
      expect(came.headers).toMatchObject({
        'content-encoding': coding,
        vary: expect.stringMatching(/accept-encoding/i),
        'content-type': plain.headers['content-type'],
        'cache-control': plain.headers['cache-control'],
      });
      expect(came.headers['content-security-policy']).toBe(plain.headers['content-security-policy']);
    }
    expect(plain.headers).not.toHaveProperty('content-encoding');
  }
});

test('no page runs a script that is not a file of ours', async () => {
  for (const path of ['/groupConversation', '/workbench', '/login', '/test.html']) {
    const policy = await policyOf(path);
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:");
    expect(policy).toContain("connect-src 'self' wss://im.test");
    expect(policy).toContain("base-uri 'none'; form-action 'none'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toMatch(/unsafe|\*|data:/);
  }
});

test('while it is not built, a page says so', async () => {
  rmSync(join(dir, 'web/index.html'));
  expect(await at.ask('GET /workbench')).toMatchObject({ status: 503, text: expect.stringContaining('npm run build') });
});

describe('in a frame', () => {
  test('the conversation is shown by its own server and by the origins of its app', async () => {
    expect(await ancestorsOf('/groupConversation')).toBe(`'self' ${embedder}`);
    expect(await ancestorsOf('/groupConversation?appId=shop')).toBe(`'self' ${embedder}`);
    expect((await at.ask('GET /groupConversation')).headers).not.toHaveProperty('x-frame-options');
  });

  test('of an app that is not there it is shown by its own server only', async () => {
    expect(await ancestorsOf('/groupConversation?appId=nobody')).toBe("'self'");
    expect(await ancestorsOf('/groupConversation?appId=shop&appId=https://evil.test')).not.toContain('evil');
    expect(await ancestorsOf('/groupConversation?appId=*')).toBe("'self'");
  });

  test('the desks are shown by their own server, everything else by nobody (T10)', async () => {
    expect(await ancestorsOf('/workbench')).toBe("'self'");
    expect(await ancestorsOf('/test.html')).toBe("'self'");
    for (const path of ['/login', '/login/logout', '/createGroup']) {
      expect(await ancestorsOf(path)).toBe("'none'");
      expect((await at.ask(`GET ${path}`)).headers['x-frame-options']).toBe('DENY');
    }
    for (const path of ['/api/v1/config', '/nowhere', '/healthz', '/sdk/im-sdk.min.js', '/favicon.ico']) {
      expect(await ancestorsOf(path), path).toBe("'none'");
    }
  });
});

test('files with a hash in their name are kept for ever, others are asked for again', async () => {
  const cacheOf = async (path: string) => (await at.ask(`GET ${path}`)).headers['cache-control'];
  expect(await cacheOf('/assets/index-abc123.js')).toContain('immutable');
  expect(await cacheOf('/favicon.ico')).toBe('no-cache');
  expect(await cacheOf('/test.js')).toBe('no-cache');
  expect(await cacheOf('/sdk/im-sdk.min.js')).toBe('no-cache');
});

test('the SDK is one file, for scripts of any page', async () => {
  const came = await at.ask('GET /sdk/im-sdk.min.js');
  expect(came).toMatchObject({ status: 200, text: 'im-sdk.min.js', headers: { 'cache-control': 'no-cache' } });
  expect(came.headers['content-type']).toMatch(/javascript/);
  expect((await at.ask('GET /sdk/im-sdk.min.js.map')).status).toBe(200);
  expect((await at.ask('GET /sdk/index.js')).status).toBe(404);
});

test('the simulated desk and its script are there in the demo only', async () => {
  expect((await at.ask('GET /test.html')).status).toBe(200);
  expect((await at.ask('GET /')).headers['location']).toBe('/login');
  await at.close();
  await open(false);
  for (const path of ['/test.html', '/test.js', '/login', '/createGroup', '/']) {
    expect(await at.ask(`GET ${path}`), path).toMatchObject({ status: 404, json: { error: 'route.not_found' } });
  }
  for (const path of ['/groupConversation', '/workbench', '/login/logout', '/favicon.ico']) {
    expect((await at.ask(`GET ${path}`)).status, path).toBe(200);
  }
});

test.each([
  '/../secret',
  '/..%2fsecret',
  '/%2e%2e/secret',
  '/assets/..%2f..%2fsecret',
  '/sdk/..%2f..%2fsecret',
  '//secret',
  '/index.html',
  '/.env',
])('nothing else of the disk can be read: %s', async (path) => {
  const came = await at.ask(`GET ${path}`);
  expect(came.status).toBe(404);
  expect(came.text).not.toContain('CANARY');
});

test('before the web client is built, a page says what to do', async () => {
  rmSync(join(dir, 'web'), { recursive: true });
  const came = await at.ask('GET /groupConversation');
  expect(came).toMatchObject({ status: 503, text: expect.stringContaining('npm run build') });
});
