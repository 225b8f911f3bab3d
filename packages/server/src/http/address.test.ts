import type { IncomingMessage } from 'node:http';

import { expect, test } from 'vitest';

import { addressOf } from './address.ts';
import { openHttp } from './httpUnderTest.ts';

const heard = (forwarded: string | undefined, remoteAddress = '10.0.0.1') =>
  // As much of a request as is looked at.
  ({
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    socket: { remoteAddress },
  }) as unknown as IncomingMessage;

test.for<[string | undefined, number, string]>([
  [undefined, 0, '10.0.0.1'],
  [undefined, 2, '10.0.0.1'],
  // Nobody of ours wrote it.
  ['1.1.1.1', 0, '10.0.0.1'],
  ['1.1.1.1', 1, '1.1.1.1'],
  // What is further to the left, whoever asked has written himself.
  ['9.9.9.9, 1.1.1.1', 1, '1.1.1.1'],
  ['8.8.8.8,9.9.9.9,1.1.1.1', 1, '1.1.1.1'],
  ['9.9.9.9, 1.1.1.1, 10.0.0.2', 2, '1.1.1.1'],
  // It did not come by all of the proxies that were declared.
  ['1.1.1.1', 2, '1.1.1.1'],
])('“%s” through %d proxies is of %s (T34)', ([forwarded, proxies, address]) => {
  expect(addressOf(heard(forwarded), proxies)).toBe(address);
});

test('a stranger who writes addresses before his own is counted by his own (T34)', async () => {
  const at = await openHttp({ limits: { requestsPerAddressPerSecond: 2 }, trustedProxies: 1 });
  const ask = (forwarded: string) => at.ask('GET /api/v1/config', { headers: { 'x-forwarded-for': forwarded } });
  const statuses = [];
  for (const forged of ['2.2.2.2', '3.3.3.3', '4.4.4.4']) statuses.push((await ask(`${forged}, 1.1.1.1`)).status);
  expect(statuses).toEqual([200, 200, 429]);
  await at.close();
});
