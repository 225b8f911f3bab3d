import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';

/** Somebody else's web server: a platform with its own pages, or an attacker. */
export interface Site {
  readonly origin: string;
  /** Path → what is served there. May be filled later. */
  readonly pages: Map<string, string | Buffer>;
  close(): Promise<void>;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

export async function startSite(given: Record<string, string | Buffer> = {}): Promise<Site> {
  // Browsers ask for an icon; its absence would be a complaint.
  const pages = new Map<string, string | Buffer>(Object.entries({ '/favicon.ico': '', ...given }));
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://here.invalid').pathname;
    const body = pages.get(path);
    // A page may have a name without an ending.
    const kind = types[extname(path)] ?? (/^<!doctype/i.test(String(body)) ? types['.html'] : 'text/plain');
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': kind });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pages,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
