import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { isOpenAddress } from './addresses.ts';
import { fetchOut, NotFetched, type World } from './fetchOut.ts';

const notOpen = 'The address is not on the open internet.';
const failure = async (url: string, world?: World, out = {}) =>
  fetchOut(url, out, world).then(
    () => 'fetched',
    (error: Error) => (error instanceof NotFetched ? error.message : `bug: ${String(error)}`),
  );

describe('T21: what is not the open internet is not asked, however it is written', () => {
  test.for([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://0x7f.1/',
    'http://0x7f000001/',
    'http://2130706433/',
    'http://017700000001/',
    'http://0177.0.0.1/',
    'http://127.0.0.1./',
    'http://１２７.０.０.１/',
    'http://①②⑦.⓪.⓪.①/',
    'http://127。0。0。1/',
    'http://0/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'http://10.255.255.255/',
    'http://100.64.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://0251.0376.0251.0376/',
    'http://172.16.0.1/',
    'http://172.31.255.255/',
    'http://192.0.0.192/',
    'http://192.168.1.1/',
    'http://198.18.0.1/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'http://[::]/',
    'http://[::1]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[::127.0.0.1]/',
    'http://[::ffff:0:127.0.0.1]/',
    'http://[64:ff9b::7f00:1]/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://[64:ff9b:1::a00:1]/',
    'http://[2002:7f00:1::]/',
    'http://[2001:0:7f00:1::]/',
    'http://[fc00::1]/',
    'http://[fd00:ec2::254]/',
    'http://[fe80::1]/',
    'http://[fec0::1]/',
    'http://[ff02::1]/',
    'http://[2001:db8::1]/',
    'http://[100::1]/',
  ])('%s', async (url) => {
    expect(await failure(url)).toBe(notOpen);
  });

  test.for([
    ['ftp://example.com/', 'Only http: and https: are asked.'],
    ['file:///etc/passwd', 'Only http: and https: are asked.'],
    ['gopher://127.0.0.1:6379/_INFO', 'Only http: and https: are asked.'],
    ['javascript:alert(1)', 'Only http: and https: are asked.'],
    ['http://example.com:6379/', 'This port is not asked.'],
    ['http://example.com:22/', 'This port is not asked.'],
    ['http://user@example.com/', 'An address with a user in it is not asked.'],
    ['http://example.com:80@127.0.0.1/', 'An address with a user in it is not asked.'],
    ['http://[fe80::1%25eth0]/', 'This is no address.'],
    ['http://', 'This is no address.'],
    ['example.com', 'This is no address.'],
    ['', 'This is no address.'],
  ] as const)('%j: %s', async ([url, expected]) => {
    expect(await failure(url)).toBe(expected);
  });

  test.for([
    ['1.1.1.1', true],
    ['8.8.8.8', true],
    ['100.63.255.255', true],
    ['100.128.0.0', true],
    ['172.15.255.255', true],
    ['172.32.0.0', true],
    ['2606:4700:4700::1111', true],
    ['2a00:1450:4001:81b::200e', true],
    ['fe80::1%eth0', false],
    ['localhost', false],
    ['', false],
  ] as const)('the bounds are exact: %s is open: %s', ([address, isOpen]) => {
    expect(isOpenAddress(address)).toBe(isOpen);
  });
});

describe('T21: a server that plays tricks', () => {
  let server: Server;
  let port = 0;
  const asked: { url: string | undefined; host: string | undefined }[] = [];
  beforeAll(async () => {
    server = createServer((request, answer) => {
      asked.push({ url: request.url, host: request.headers.host });
      if (request.url === '/away') answer.writeHead(302, { location: 'http://169.254.169.254/' }).end();
      else if (request.url === '/endless') {
        const more = setInterval(() => answer.write('x'.repeat(10_000)), 1);
        answer.on('close', () => clearInterval(more));
      } else if (request.url === '/slow') answer.write('x');
      else answer.writeHead(200, { 'content-type': 'text/plain' }).end('hello');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  /** An internet of which this server is all there is. */
  const world = (addresses: string[][] = [['127.0.0.1']]): World & { resolved: number } => {
    const it = {
      resolved: 0,
      resolve: async () => addresses[Math.min(it.resolved++, addresses.length - 1)] ?? [],
      isOpen: (address: string) => address === '127.0.0.1',
      ports: new Set([port]),
    };
    return it;
  };
  const url = (path: string) => `http://shop.test:${port}${path}`;

  test('what is open is asked by its name, at the address that was looked at', async () => {
    const { status, type, body } = await fetchOut(url('/'), {}, world());
    expect([status, type, body.toString()]).toEqual([200, 'text/plain', 'hello']);
    expect(asked.at(-1)).toEqual({ url: '/', host: `shop.test:${port}` });
  });

  test('a name that leads elsewhere a moment later is asked where it led when it was looked at', async () => {
    const rebinding = world([['127.0.0.1'], ['169.254.169.254']]);
    await fetchOut(url('/'), {}, rebinding);
    expect(rebinding.resolved).toBe(1);
    expect(await failure(url('/'), rebinding)).toBe(notOpen);
  });

  test('one address among many that is not open is one too many; and so is none', async () => {
    const before = asked.length;
    expect(await failure(url('/'), world([['127.0.0.1', '10.0.0.1']]))).toBe(notOpen);
    expect(await failure(url('/'), world([[]]))).toBe(notOpen);
    expect(asked).toHaveLength(before);
  });

  test('a redirect is not followed, an answer without end is cut, a slow one is not waited for', async () => {
    expect(await failure(url('/away'), world())).toBe('It leads elsewhere, and that is not followed.');
    expect(await failure(url('/endless'), world(), { mostBytes: 100_000 })).toBe('The answer is too long.');
    expect(await failure(url('/slow'), world(), { timeMs: 200 })).toBe('There was no answer in time.');
    const never = { ...world(), resolve: () => new Promise<string[]>(() => {}) };
    expect(await failure(url('/'), never, { timeMs: 50 })).toBe('There was no answer in time.');
  });
});
