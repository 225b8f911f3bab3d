import { lookup } from 'node:dns/promises';
import { request as http, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as https } from 'node:https';
import { isIP } from 'node:net';

import { isOpenAddress } from './addresses.ts';

/** It was not asked, or its answer was not taken. The message names no address: it may be told to whoever gave the URL. */
export class NotFetched extends Error {}

export interface Out {
  method?: 'GET' | 'POST';
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** From the first look at the name to the last byte. */
  timeMs?: number;
  /** Of the answer. */
  mostBytes?: number;
}

export interface Outcome {
  status: number;
  type: string;
  body: Buffer;
}

/** What the world is like; given otherwise by tests only. */
export interface World {
  /** All addresses of a name. */
  resolve(name: string): Promise<string[]>;
  isOpen(address: string): boolean;
  ports: ReadonlySet<number>;
}

const theInternet: World = {
  resolve: async (name) => (await lookup(name, { all: true, verbatim: true })).map(({ address }) => address),
  isOpen: isOpenAddress,
  ports: new Set([80, 443]),
};

const TIME_MS = 5_000;
const MOST_BYTES = 512 * 1024;

/**
 * Asks an address that somebody else chose, as long as it is on the open internet.
 *
 * The name is resolved once, every address it has is looked at, and the connection goes to the one that was looked at: a
 * name that leads elsewhere a moment later leads nobody there. Redirects are not followed. No credential of ours goes along.
 *
 * @throws {NotFetched}
 */
export async function fetchOut(url: string, out: Out = {}, world: World = theInternet): Promise<Outcome> {
  const target = parsed(url, world);
  const late = AbortSignal.timeout(out.timeMs ?? TIME_MS);
  try {
    const addresses = await inTime(addressesOf(target, world), late);
    const [address] = addresses;
    if (address === undefined || !addresses.every((each) => world.isOpen(each))) {
      throw new NotFetched('The address is not on the open internet.');
    }
    return await ask(target, address, out, late);
  } catch (error) {
    if (error instanceof NotFetched) throw error;
    throw new NotFetched(late.aborted ? 'There was no answer in time.' : 'There was no answer.', { cause: error });
  }
}

function parsed(url: string, { ports }: World): URL {
  let target: URL;
  try {
    target = new URL(url);
  } catch {
    throw new NotFetched('This is no address.');
  }
  const { protocol, port, username, password, hostname } = target;
  if (protocol !== 'https:' && protocol !== 'http:') throw new NotFetched('Only http: and https: are asked.');
  if (username !== '' || password !== '') throw new NotFetched('An address with a user in it is not asked.');
  if (!ports.has(Number(port || (protocol === 'https:' ? 443 : 80)))) throw new NotFetched('This port is not asked.');
  if (hostname === '') throw new NotFetched('This is no address.');
  return target;
}

/** An address that stands there itself has been brought to its plain form by `URL`, whatever base it was written in. */
async function addressesOf(target: URL, { resolve }: World): Promise<string[]> {
  const host = bareHost(target);
  return isIP(host) === 0 ? resolve(host) : [host];
}

const bareHost = ({ hostname }: URL): string => hostname.replaceAll(/^\[|\]$/g, '');

function ask(
  target: URL,
  address: string,
  { method = 'GET', headers, body, mostBytes = MOST_BYTES }: Out,
  late: AbortSignal,
) {
  const isTls = target.protocol === 'https:';
  const options: RequestOptions = {
    method,
    signal: late,
    // A connection of its own: none that was opened for somebody else, to another address of the same name.
    agent: false,
    // Whatever the name leads to by now: this is where it led when it was looked at.
    hostname: address,
    ...(isTls && isIP(bareHost(target)) === 0 && { servername: bareHost(target) }),
    headers: { accept: '*/*', 'user-agent': 'Trialogue', ...headers, host: target.host, connection: 'close' },
    maxHeaderSize: 16 * 1024,
  };
  return new Promise<Outcome>((resolve, reject) => {
    const asked = (isTls ? https : http)(target, options, (answer) => {
      taken(answer, mostBytes).then(resolve, (error: unknown) => {
        asked.destroy();
        reject(error);
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

async function taken(answer: IncomingMessage, mostBytes: number): Promise<Outcome> {
  const { statusCode: status = 0, headers } = answer;
  if (status >= 300 && status < 400) throw new NotFetched('It leads elsewhere, and that is not followed.');
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > mostBytes) throw new NotFetched('The answer is too long.');
    parts.push(part);
  }
  return { status, type: headers['content-type'] ?? '', body: Buffer.concat(parts) };
}

function inTime<T>(answer: Promise<T>, late: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    late.addEventListener('abort', () => reject(late.reason as Error), { once: true });
    answer.then(resolve, reject);
  });
}
