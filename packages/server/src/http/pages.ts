import { existsSync } from 'node:fs';
import { join } from 'node:path';

import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Origins } from './origins.ts';
import { pageHeaders, type Ancestors } from './securityHeaders.ts';

/** Where the built files of the other packages are. */
export interface Folders {
  web: string;
  sdk: string;
}

const ownOnly: Ancestors = [`'self'`];
/** Contract §7. `/login/logout` says goodbye after a 401, so it is there without the demo too. */
const pages: readonly { path: string; isDemo: boolean; framedBy: 'apps' | Ancestors }[] = [
  { path: '/groupConversation', isDemo: false, framedBy: 'apps' },
  { path: '/workbench', isDemo: false, framedBy: ownOnly },
  { path: '/login/logout', isDemo: false, framedBy: 'nobody' },
  { path: '/login', isDemo: true, framedBy: 'nobody' },
  { path: '/createGroup', isDemo: true, framedBy: 'nobody' },
];
const FOREVER = 'public, max-age=31536000, immutable';
/** The build puts these beside what is worth it; whoever accepts them is sent them in its place. */
const compressed = /\.(br|gz)$/;
const demoFiles = /^\/test\.\w+$/;
const sdkFiles = /^\/im-sdk\.min\.(js|js\.map)$/;

/** The web client and the SDK's file, as they were built. */
export async function servePages(
  app: FastifyInstance,
  at: { folders: Folders; origins: Origins; isDemo: boolean; publicUrl: () => string },
): Promise<void> {
  const { folders, origins, isDemo } = at;
  const index = join(folders.web, 'index.html');
  const headersOf = (ancestors: Ancestors) => pageHeaders(ancestors, at.publicUrl().replace(/^http/, 'ws'));

  await app.register(fastifyStatic, {
    root: folders.web,
    index: false,
    cacheControl: false,
    preCompressed: true,
    allowedPath: (path) => !path.endsWith('/index.html') && (isDemo || !demoFiles.test(path)),
    setHeaders(reply, sent) {
      const file = sent.replace(compressed, '');
      if (file === index) return; // Its headers are those of the page it is asked for as.
      if (file.endsWith('.html')) reply.headers(headersOf(ownOnly));
      // The build puts a hash of the content into these names.
      else reply.header('cache-control', file.startsWith(join(folders.web, 'assets')) ? FOREVER : 'no-cache');
    },
  });
  await app.register(fastifyStatic, {
    root: folders.sdk,
    prefix: '/sdk/',
    decorateReply: false,
    cacheControl: false,
    preCompressed: true,
    allowedPath: (path) => sdkFiles.test(path),
    setHeaders: (reply) => void reply.header('cache-control', 'no-cache'),
  });

  for (const { path, isDemo: isDemoPage, framedBy } of pages) {
    if (isDemoPage && !isDemo) continue;
    app.get(path, { config: { operation: 'page' } }, (request, reply) => {
      reply.headers(headersOf(framedBy === 'apps' ? [`'self'`, ...origins.of(appNamedIn(request))] : framedBy));
      return existsSync(index) ? reply.sendFile('index.html') : notBuilt(reply);
    });
  }
  if (isDemo) app.get('/', { config: { operation: 'page' } }, (_, reply) => reply.redirect('/login'));
}

function appNamedIn(request: FastifyRequest): string | undefined {
  const { appId } = request.query as { appId?: unknown };
  return typeof appId === 'string' ? appId : undefined;
}

const notBuilt = (reply: FastifyReply) =>
  reply
    .code(503)
    .type('text/html; charset=utf-8')
    .send(
      '<!doctype html><html lang="en"><title>Not built</title><p>The web client is not built yet. Run <code>npm run build</code> and load this page again.</p></html>',
    );
