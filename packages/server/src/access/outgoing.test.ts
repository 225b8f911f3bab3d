import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts') && !/(\.test|UnderTest|fakes)\.ts$/.test(path));

/** How a program reaches another machine. Types only say what comes in. */
const REACHES =
  /(?<![.\w])fetch\(|^import (?!type).*from '(?:node:(?:https?|http2|net|tls|dgram|dns)|undici|pg|@nats-io\/[\w-]+)'/gm;
/** The operator's own database, bus and bucket, by the address in the settings; and what only knows addresses by their look. */
const mayReach: ReadonlySet<string> = new Set([
  'bus/nats.ts',
  'files/s3/client.ts',
  'storage/postgres/connections.ts',
  'egress/fetchOut.ts',
]);
const LOOKS =
  /^import \{ (?:isIP|isIPv6|BlockList, isIP, isIPv6|STATUS_CODES, type IncomingMessage) \} from 'node:(?:net|http)'$/;

test('the server asks nobody: there is no address that a user could have it call (T21)', () => {
  const reach = sources.filter((path) =>
    [...readFileSync(root + path, 'utf8').matchAll(REACHES)].some(([line]) => !LOOKS.test(line)),
  );
  expect(reach.filter((path) => !mayReach.has(path))).toEqual([]);
  // It asks what somebody else chose, and nobody uses it yet.
  const uses = sources.filter((path) => readFileSync(root + path, 'utf8').includes("egress/fetchOut.ts'"));
  expect(uses).toEqual([]);
  expect(sources.length).toBeGreaterThan(100);
});
