import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { startProxy } from './proxyUnderTest.ts';
import { command, startServer, type RealServer } from './serverUnderTest.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: RealServer;
let dir: string;
let secretFile: string;
beforeAll(async () => {
  server = await startServer();
  dir = mkdtempSync(join(tmpdir(), 'conformance-args-'));
  secretFile = join(dir, 'secret');
  writeFileSync(secretFile, `${server.secret}\n`);
});
afterAll(async () => {
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('prints', () => {
  test('a table by invariant, and ends with 0 when all passed', async () => {
    const { code, out, err } = await command([server.origin, '--secret-file', secretFile, '--only', 'I4, I7,I8']);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/^I4 +pass {2}One sender’s id is one message/m);
    expect(out).toMatch(/^I7 §5\.4 +pass {2}A repeat gets the first answer/m);
    expect(out).toMatch(/^I8 +skip {2}.*\n +not visible from outside: needs the server’s disk/m);
    expect(out).toMatch(/\n2 passed, 0 failed, 1 skipped, in \d+ s\n$/);
    expect(out).not.toContain('\u001B');
    expect(out).not.toContain(server.secret);
  });

  test('what was expected and what was seen of a failure, and ends with 1', async () => {
    const proxy = await startProxy(server.origin, {
      fromServer: (frame) => (frame.op === 'ack' ? [{ ...frame, repeated: false }] : [frame]),
    });
    const { code, out } = await command([proxy.origin, '--secret-file', secretFile, '--only', 'i7']);
    await proxy.close();
    expect(code).toBe(1);
    expect(out).toContain('\n  expected  on the same socket, repeated: true\n  seen      false\n');
  });

  test('one JSON object for machines', async () => {
    const { out } = await command([server.origin, '--json', '--only', '5.4'], { PLATFORM_SECRET: server.secret });
    expect(JSON.parse(out)).toMatchObject({
      server: server.origin,
      results: [{ about: ['I7', '§5.4'], outcome: 'pass' }],
    });
  });

  test('how it is used, and which checks there are', async () => {
    expect((await command(['--help'])).out).toMatch(/^Usage: trialogue-conformance URL/);
    expect((await command(['--list'])).out).toMatch(/^I26 §2\.5 .*\(--slow\)$/m);
  });
});

describe('ends with 2 and says why', () => {
  const why = async (args: string[], env: Record<string, string> = {}) => {
    const { code, err, out } = await command(args, env);
    expect(code).toBe(2);
    expect(out).toBe('');
    return err;
  };

  test('no URL, a URL that is none, one with a path', async () => {
    expect(await why([])).toContain('Expected one URL');
    expect(await why(['localhost:8080'])).toContain('http:// or https://');
    expect(await why(['http://127.0.0.1:1/api'])).toContain('the origin alone');
  });

  test('no secret; a secret that everybody on the machine could read', async () => {
    expect(await why([server.origin])).toContain('--secret-file F, or set PLATFORM_SECRET');
    const shown = await why([server.origin, '--secret', server.secret]);
    expect(shown).toContain('can be read by everybody on this machine (ps)');
    expect(shown).not.toContain(server.secret);
    expect(await why([server.origin, '--secret-file', join(dir, 'nothing')])).toContain('cannot be read');
  });

  test('an unknown option, and an invariant of which no check is', async () => {
    expect(await why([server.origin, '--fast'])).toContain("'--fast'");
    const env = { PLATFORM_SECRET: server.secret };
    expect(await why([server.origin, '--only', 'I99'], env)).toContain('No check is about I99');
    expect(await why([server.origin, '--only', 'I26'], env)).toContain('without --slow');
  });

  test('nobody listens there; something else does', async () => {
    const other = createServer((_, response) => response.end('hello'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    const env = { PLATFORM_SECRET: server.secret };
    expect(await why([origin], env)).toContain('is no Trialogue server');
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
    expect(await why([origin], env)).toContain('No server answers at');
  });

  test('the secret of another server; a server of another version', async () => {
    expect(await why([server.origin], { PLATFORM_SECRET: 'x'.repeat(40) })).toContain(
      'does not take the platform secret',
    );
    const proxy = await startProxy(server.origin, {
      fromServer: (frame) => (frame.op === 'hello' ? [{ ...frame, versions: [7, 8] }] : [frame]),
    });
    const said = await why([proxy.origin], { PLATFORM_SECRET: server.secret });
    await proxy.close();
    expect(said).toContain('speaks versions 7, 8 of the wire, this suite speaks 1');
  });
});
