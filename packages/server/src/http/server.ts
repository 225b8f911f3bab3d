import { randomBytes } from 'node:crypto';

import cors from '@fastify/cors';
import { Refused, type Limits } from '@trialogue/protocol';
import { clientApi, demoApi, platformApi, type Api } from '@trialogue/protocol/api';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

import type { Rates } from '../access/rates.ts';
import type { SignIn } from '../access/signIn.ts';
import type { Chat, Platform } from '../chat/chat.ts';
import type { Desk, DeskPlatform } from '../chat/desk/desk.ts';
import type { Moderation, ModerationPlatform } from '../chat/moderation/moderation.ts';
import type { App, Profile, Store } from '../chat/ports.ts';
import type { Logger } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Handlers } from './ask.ts';
import { clientHandlers } from './client.ts';
import { demoHandlers } from './demo.ts';
import { failure, refusalIn } from './envelope.ts';
import { serveHealth } from './health.ts';
import { takeJsonBodies } from './jsonBody.ts';
import { openapi, type ServedApi } from './openapi.ts';
import type { Origins } from './origins.ts';
import { servePages, type Folders } from './pages.ts';
import { platformHandlers } from './platform.ts';
import { serve } from './routes.ts';
import { guardAnswers } from './securityHeaders.ts';
import { takeUploads } from './uploads.ts';

export interface HttpPorts {
  chat: Chat;
  platform: Platform;
  desk: Desk;
  deskPlatform: DeskPlatform;
  moderation: Moderation;
  moderationPlatform: ModerationPlatform;
  signIn: SignIn;
  store: Pick<Store, 'ping'>;
  logger: Logger;
  metrics: Metrics & { print(): Promise<{ type: string; text: string }> };
  origins: Origins;
  folders: Folders;
  publicUrl: () => string;
  /** How a browser may name this server: `publicUrl` first. */
  ownOrigins: () => readonly string[];
  /** While it is true, only the machines that watch are answered. */
  isDraining: () => boolean;
  /** Where there are other nodes: whether they can be told anything. */
  isBusConnected?: () => boolean;
  /** Where files lie somewhere else: whether they can be reached. */
  areFilesConnected?: () => Promise<boolean>;
  limits: Limits;
  rates: Rates;
  trustedProxies: number;
  /** The simulated platform, in demo mode only. */
  demo?: { app: App; cast: readonly Profile[] };
}

/** A group of 200 with a kilobyte of the platform's own data; messages are far smaller. */
const BODY_BYTES = 256 * 1024;
const watched: ReadonlySet<string | undefined> = new Set(['healthz', 'readyz', 'metrics']);

/** The HTTP side of a node: both APIs, the pages, and what machines ask. It does not listen yet. */
export async function createHttp(at: HttpPorts): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    bodyLimit: BODY_BYTES,
    genReqId: () => randomBytes(9).toString('base64url'),
    requestIdHeader: false,
    trustProxy: (_, hop) => hop < at.trustedProxies,
    // Uploads of slow phones are in it.
    requestTimeout: 120_000,
    keepAliveTimeout: 65_000,
    http: { headersTimeout: 10_000 },
    // While it drains we say so ourselves, in an envelope.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply),
  });

  guardAnswers(app, { isHttps: () => at.publicUrl().startsWith('https:') });
  let isForwarded = at.trustedProxies > 0;
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (!isForwarded && request.headers['x-forwarded-for'] !== undefined) {
      isForwarded = true;
      at.logger.warn('http: forwarded requests, but TRUSTED_PROXIES is 0: all of them are counted as of one address');
    }
    if (!at.isDraining() || watched.has(request.routeOptions.config.operation)) return;
    reply.header('connection', 'close');
    throw new Refused('server.draining');
  });
  app.addHook('onResponse', async (request, reply) => {
    const operation = request.routeOptions.config.operation ?? 'file';
    at.metrics.httpDone(operation, reply.statusCode, reply.elapsedTime / 1000);
    const ms = Math.round(reply.elapsedTime);
    at.logger.debug('http: answered', { requestId: request.id, operation, status: reply.statusCode, ms });
  });
  app.setErrorHandler(refuse);
  app.setNotFoundHandler((request, reply) => refuse(new Refused('route.not_found'), request, reply));
  takeJsonBodies(app);
  await takeUploads(app, at.limits.fileBytes);

  const apis: ServedApi[] = [];
  const open = async <A extends Api>(served: ServedApi & { api: A; handlers: Handlers<A>; isForPages: boolean }) => {
    apis.push(served);
    await app.register(
      async (scope) => {
        if (served.isForPages) {
          await scope.register(cors, {
            origin: (origin, answer) => answer(null, origin !== undefined && at.origins.has(origin)),
            methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
            allowedHeaders: ['authorization', 'content-type'],
            exposedHeaders: ['retry-after', 'x-request-id', 'content-disposition'],
            maxAge: 600,
          });
        }
        serve(scope, { ...served, signIn: at.signIn, rates: at.rates });
      },
      { prefix: served.prefix },
    );
  };
  await open({
    prefix: '/api/v1',
    api: clientApi,
    manner: 'client',
    isForPages: true,
    handlers: clientHandlers({ ...at, isDemo: at.demo !== undefined }),
  });
  await open({
    prefix: '/platform/v1',
    api: platformApi,
    manner: 'platform',
    isForPages: false,
    handlers: platformHandlers({ ...at, desk: at.deskPlatform, moderation: at.moderationPlatform }),
  });
  if (at.demo) {
    const handlers = demoHandlers({ ...at, ...at.demo });
    await open({ prefix: '/demo/v1', api: demoApi, manner: 'client', isForPages: true, handlers });
  }

  app.get('/openapi.json', { config: { operation: 'openapi' } }, async () => openapi(apis, at.publicUrl()));
  serveHealth(app, at);
  await servePages(app, { ...at, isDemo: at.demo !== undefined });
  return app;

  /** Every failure goes out through here. */
  function refuse(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const { operation = 'none', manner = 'client' } = request.routeOptions.config;
    const refused = refusalIn(error);
    if (refused) at.metrics.refused(refused.refusal);
    else {
      at.metrics.failed('http');
      at.logger.error('http: failed', { requestId: request.id, operation, error });
    }
    const { status, headers, body } = failure(refused ?? new Refused('server.internal'), manner, request.id);
    return reply.code(status).headers(headers).type('application/json; charset=utf-8').send(body);
  }
}
