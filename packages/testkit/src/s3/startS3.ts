import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { createBucket, type Answer } from './bucket.ts';
import { wrongWith } from './signature.ts';

/** What can happen to one request. */
export type Fault =
  /** 503, as when a store wants one to come more slowly. */
  | 'slowDown'
  /** The line breaks before anything is done. */
  | 'cutBefore'
  /** It is done, and the line breaks before the answer. */
  | 'cutAfter'
  /** The line breaks in the middle of what is read. */
  | 'cutMidway'
  /** No answer, ever. */
  | 'silence'
  /** It sends one somewhere else. */
  | 'redirect';

/** A store of objects that speaks S3 over real HTTP, in this process; it believes only what is signed. */
export interface S3Double {
  endpoint: string;
  /** What a server is set to, to keep its files here. */
  env: { FILES_URL: string; AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string };
  bucket: ReturnType<typeof createBucket>;
  /** `PUT some/key`, in the order in which they came. */
  asked: string[];
  /** Happens to the next requests, each to one of those it is meant for. */
  fail(fault: Fault, options?: { times?: number; on?: RegExp }): void;
  /** As on the first day: empty, there, and nothing happens to anybody. */
  calm(): void;
  /** From now on it is not there, or there again. */
  away: boolean;
  stop(): Promise<void>;
}

const credentials = { accessKeyId: 'files-of-tests', secretAccessKey: 'secret/of+tests', region: 'test-1' };
const BUCKET = 'tea';

export async function startS3(prefix = 'shop'): Promise<S3Double> {
  const bucket = createBucket();
  const faults: { fault: Fault; times: number; on: RegExp }[] = [];

  const faultFor = (what: string): Fault | undefined => {
    const next = faults.find(({ times, on }) => times > 0 && on.test(what));
    if (next) next.times -= 1;
    return next?.fault;
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: target = '', headers } = request;
    if (double.away) return void request.socket.destroy();
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const url = new URL(target, double.endpoint);
    const [, name, ...rest] = decodeURIComponent(url.pathname).split('/');
    const key = rest.join('/');
    const what = `${method} ${key}${url.search === '' ? '' : decodeURIComponent(url.search)}`;
    double.asked.push(what);
    const fault = faultFor(what);
    if (fault === 'cutBefore') return void request.socket.destroy();
    if (fault === 'silence') return;
    if (fault === 'slowDown')
      return reply(response, method, { status: 503, body: '<Error><Code>SlowDown</Code></Error>' });
    if (fault === 'redirect') {
      return reply(response, method, { status: 307, headers: { location: 'http://127.0.0.1:9/elsewhere' } });
    }
    const wrong = wrongWith({ method, target, headers }, body, credentials, Date.now());
    if (wrong !== undefined) {
      return reply(response, method, { status: 403, body: `<Error><Code>${wrong}</Code></Error>` });
    }
    if (name !== BUCKET)
      return reply(response, method, { status: 404, body: '<Error><Code>NoSuchBucket</Code></Error>' });
    const answer = bucket.answer({ method, key, query: url.searchParams, headers, body });
    if (fault === 'cutAfter') return void request.socket.destroy();
    reply(response, method, answer, fault === 'cutMidway');
  }

  const server = createServer((request, response) => {
    serve(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const double: S3Double = {
    endpoint,
    env: {
      FILES_URL: `s3://${BUCKET}/${prefix}?endpoint=${endpoint}&region=${credentials.region}`,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    },
    bucket,
    asked: [],
    fail: (fault, { times = 1, on = /./ } = {}) => void faults.push({ fault, times, on }),
    calm() {
      bucket.objects.clear();
      bucket.uploads.clear();
      faults.length = 0;
      double.asked.length = 0;
      double.away = false;
    },
    away: false,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return double;
}

function reply(response: ServerResponse, method: string, answer: Answer, breaks = false): void {
  const body = Buffer.from(answer.body ?? '');
  response.writeHead(answer.status, { ...answer.headers, 'content-length': body.length });
  if (method === 'HEAD') return void response.end();
  if (!breaks) return void response.end(body);
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => {
    setTimeout(() => response.socket?.destroy(), 20);
  });
}
