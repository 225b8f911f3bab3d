import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';

import { appOf, secretOf } from './access/apps.ts';
import { keepAudit } from './access/audit.ts';
import { freshReads } from './access/fresh.ts';
import { masterKey } from './access/masterKey.ts';
import { createRates } from './access/rates.ts';
import { createSignIn } from './access/sessions.ts';
import { accessTokens } from './access/tokens.ts';
import { openBus, openFiles, openStorage } from './adapters.ts';
import { makeDesk } from './chat/desk/makeDesk.ts';
import type { DeskStore } from './chat/desk/ports.ts';
import { makeChat, type ChatPorts } from './chat/makeChat.ts';
import { makeModeration } from './chat/moderation/makeModeration.ts';
import { retentions } from './chat/moderation/retention.ts';
import type { KeyWrap, Random, Store } from './chat/ports.ts';
import { BadConfig, type Config } from './config.ts';
import { cast } from './demo/cast.ts';
import { demoLinks } from './demo/links.ts';
import { tellStories } from './demo/stories.ts';
import { createGateway, type Gateway } from './gateway/gateway.ts';
import { addressOf, blockOf } from './http/address.ts';
import { keepOrigins } from './http/origins.ts';
import { ownOrigins } from './http/ownOrigins.ts';
import type { Folders } from './http/pages.ts';
import { makeFolder } from './ops/folders.ts';
import { createLogger, type Logger } from './ops/log.ts';
import { createMetrics } from './ops/metrics.ts';
import { pooledRandom } from './ops/random.ts';
import { dropShredded, tidy } from './ops/tidy.ts';
import { readingCommands } from './storage/commands.ts';

/** One running server. */
export interface Node {
  /** Where it listens. */
  origin: string;
  /** What links and `wsAddress` are made with. */
  publicUrl: string;
  /** Fresh links into the first ready-made conversation; none without the demo. */
  demoLinks(): Promise<{ name: string; url: string }[]>;
  /** Goes away politely: nobody new, what is under way is answered, sockets are told to come back within `inMs`. */
  drain(inMs: number): Promise<void>;
  /** Goes away at once. What is acknowledged is on disk. */
  close(): Promise<void>;
}

export interface NodeOptions {
  logger?: Logger;
  /** Told once when the disk cannot be trusted any more: the process should end. */
  onFatal?: (cause: Error) => void;
  folders?: Folders;
}

/** The same from the sources and from the built file: both lie two folders below the repository. */
const built = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const folders: Folders = { web: built('apps/web/dist'), sdk: built('packages/sdk/dist') };
/** What is long over is forgotten this often. */
const TIDY_EVERY_MS = 60 * 60_000;
/** An app that was made or changed by a command counts within this. */
const LOOK_AT_APPS_MS = 30_000;
/** What is under way over HTTP when a node goes is answered within this, or not at all. */
const LAST_REQUESTS_MS = 3_000;
const clock = { now: () => Date.now() };
const random: Random = pooledRandom();

/**
 * Puts the parts together and listens.
 * @throws {BadConfig} when the master key is not the one of the data.
 * @throws {Error} when the database cannot be opened, or the address is taken.
 */
export async function startNode(config: Config, options: NodeOptions = {}): Promise<Node> {
  const logger = options.logger ?? createLogger(config.logLevel);
  const metrics = createMetrics();
  const keys = masterKey(config.masterKey, config.olderMasterKeys);
  makeDataDir(config.dataDir);
  const onFatal = (cause: Error) => {
    metrics.failed('storage');
    logger.error('storage: cannot be trusted any more', { error: cause });
    options.onFatal?.(cause);
  };
  const observers = { logger, metrics, onFatal };
  // What HTTP needs is most of what there is to load, and the storage's threads start meanwhile.
  const [opened, { createHttp }] = await Promise.all([openStorage(config, observers), import('./http/server.ts')]);
  const store = freshReads(opened.store, readingCommands, () => performance.now());
  const cleanUp: (() => unknown)[] = [() => store.close()];
  const closeAll = async () => {
    for (const close of cleanUp.splice(0).reverse()) await close();
  };

  try {
    await checkMasterKey(store, keys, config.dataDir);
    await store.putApp(appOf(config.app, keys));
    const origins = await keepOrigins(() => store.listApps(), config.app.appId);
    const looker = setInterval(() => {
      origins.look().catch((error: unknown) => logger.warn('apps: not looked at', { error }));
    }, LOOK_AT_APPS_MS).unref();
    cleanUp.push(() => clearInterval(looker));

    /** Known once it listens. */
    let address = { origin: '', publicUrl: '', own: [] as string[] };
    let isDraining = false;
    const publicUrl = () => address.publicUrl;

    const { limits } = config;
    const rates = createRates(limits, () => performance.now());
    const bus = await openBus(config, opened.cluster, observers);
    cleanUp.push(() => bus.close());
    const signIn = createSignIn({
      store,
      wrap: keys,
      tokens: accessTokens(config.masterKey, clock),
      bus,
      clock,
      publicUrl,
      limits,
    });
    // Chat asks who is here, the gateway asks chat: whichever is made first has to look for the other later.
    const late: { gateway?: Gateway } = {};
    const files = await openFiles(config, observers);
    const sweep = () => {
      dropShredded(store).catch((error: unknown) => {
        if (!isDraining) logger.warn('storage: rows of a destroyed conversation are left', { error });
      });
    };
    const audit = keepAudit({ store, keys, clock });
    const ports: ChatPorts & { desk: DeskStore } = {
      store,
      desk: store,
      audit,
      bus,
      keys,
      files,
      presence: { isOnline: (appId, userId) => late.gateway?.presence.isOnline(appId, userId) ?? false },
      clock,
      random,
      warn: (what, ids, error) => logger.warn(what, { ...ids, error }),
      limits,
      rates,
      onShredded: sweep,
    };
    const { chat, platform, log, keyrings, close: forgetKeys } = makeChat(ports);
    cleanUp.push(forgetKeys);
    const { desk, platform: deskPlatform } = makeDesk({ ...ports, keyrings });
    const moderating = makeModeration({ ...ports, keyrings, moderation: store, audit });
    if (config.demo) await tellStories(ports, config.app.appId);
    const tidying = { store, files, clock, limits, audit, retentions: () => retentions(ports, config.retentionMs) };
    const tidyNow = () => {
      tidy(tidying).catch((error: unknown) => logger.warn('storage: not tidied', { error }));
    };
    // What a crash left.
    sweep();
    const tidier = setInterval(tidyNow, TIDY_EVERY_MS).unref();
    cleanUp.push(() => clearInterval(tidier));

    const gateway = createGateway({
      chat,
      log,
      signIn,
      bus,
      clock,
      limits,
      logger,
      metrics,
      isAllowedOrigin: (origin) => address.own.includes(origin) || origins.has(origin),
      addressOf: (request) => blockOf(addressOf(request, config.trustedProxies)),
    });
    late.gateway = gateway;
    cleanUp.push(() => gateway.close());

    const app = await store.findApp(config.app.appId);
    const demo = config.demo && app ? { app, cast } : undefined;
    const http = await createHttp({
      chat,
      platform,
      desk,
      deskPlatform,
      moderation: moderating.moderation,
      moderationPlatform: moderating.platform,
      signIn,
      store,
      limits,
      rates,
      logger,
      metrics,
      origins,
      folders: options.folders ?? folders,
      publicUrl,
      ownOrigins: () => address.own,
      isDraining: () => isDraining,
      ...(bus.isConnected && { isBusConnected: bus.isConnected }),
      ...(files.isConnected && { areFilesConnected: files.isConnected }),
      trustedProxies: config.trustedProxies,
      ...(demo && { demo }),
    });
    http.server.on('upgrade', (request, socket, head) => gateway.handleUpgrade(request, socket, head));
    // Before the gateway in closing: what is under way is answered, and no socket comes in any more.
    const stopHttp = async () => {
      const stopped = http.close();
      // A request that does not arrive to its end would be waited for as long as a slow phone may take.
      const cut = setTimeout(() => http.server.closeAllConnections(), LAST_REQUESTS_MS);
      await gateway.close();
      await stopped;
      clearTimeout(cut);
    };
    cleanUp.push(stopHttp);

    await http.listen({ port: config.port, host: config.host });
    const { port } = http.server.address() as AddressInfo;
    address = ownOrigins({ host: config.host, port, publicUrl: config.publicUrl });

    return {
      origin: address.origin,
      publicUrl: address.publicUrl,
      demoLinks: async () => (demo ? demoLinks({ store, signIn, app: demo.app }) : []),
      async drain(inMs) {
        isDraining = true;
        await gateway.drain(inMs);
        await closeAll();
      },
      close: async () => {
        isDraining = true;
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function makeDataDir(dataDir: string): void {
  try {
    makeFolder(dataDir);
  } catch (error) {
    throw new BadConfig([
      `DATA_DIR is ${JSON.stringify(dataDir)}, but ${(error as Error).message}. Expected: a folder that this user may write.`,
    ]);
  }
}

/** Everything at rest is under the master key; with another one nothing could be read, and new rows would be a mix. */
async function checkMasterKey(store: Store, keys: KeyWrap, dataDir: string): Promise<void> {
  for (const app of await store.listApps()) {
    try {
      secretOf(app, keys).fill(0);
    } catch {
      throw new BadConfig([
        `MASTER_KEY is not the one that the data in ${dataDir} was made with. Expected: that one, or another DATA_DIR.`,
      ]);
    }
  }
}
