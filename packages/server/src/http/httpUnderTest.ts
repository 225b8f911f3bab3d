import { randomBytes } from 'node:crypto';

import { seal } from '@trialogue/crypto';
import { id, limits, type ClientMsgId, type DlgId, type Limits } from '@trialogue/protocol';
import { ada, bo, cy, mal, shop, tea, type Person } from '@trialogue/testkit';
import type { FastifyInstance } from 'fastify';

import { appOf } from '../access/apps.ts';
import { keepAudit } from '../access/audit.ts';
import { masterKey } from '../access/masterKey.ts';
import { createRates, noRates } from '../access/rates.ts';
import { createSignIn } from '../access/sessions.ts';
import type { SignIn } from '../access/signIn.ts';
import { accessTokens } from '../access/tokens.ts';
import { memoryBus } from '../bus/memory.ts';
import type { Chat, Log, Platform } from '../chat/chat.ts';
import { makeDesk } from '../chat/desk/makeDesk.ts';
import type { DeskStore } from '../chat/desk/ports.ts';
import { makeChat, type ChatPorts } from '../chat/makeChat.ts';
import { makeModeration } from '../chat/moderation/makeModeration.ts';
import type { App, Bus, KeyWrap, Notice, Store } from '../chat/ports.ts';
import { cast } from '../demo/cast.ts';
import { memoryFiles } from '../files/memory.ts';
import type { LogFields } from '../ops/log.ts';
import { createMetrics } from '../ops/metrics.ts';
import type { Storage } from '../storage/commands.ts';
import { openInProcess } from '../storage/sqlite/inProcess.ts';
import { originsOf } from './origins.ts';
import { createHttp, type HttpPorts } from './server.ts';

export const appSecret = 'q8sYVf3rTn2LbKd7XwPz5JcHm4GgAe9u';
export const publicUrl = 'https://im.test';
export const embedder = 'https://shop.test';

/** What came back: the status, the headers, and the body read as JSON when it is. */
export interface Came {
  status: number;
  headers: Record<string, string | undefined>;
  text: string;
  json: { code: number; data: never; msg: string; error?: string; requestId?: string };
}

export interface Sent {
  as?: string;
  body?: unknown;
  headers?: Record<string, string>;
  raw?: string | Buffer;
}

export interface Http {
  app: FastifyInstance;
  signIn: SignIn;
  chat: Chat;
  log: Log;
  platform: Platform;
  store: Store;
  bus: Bus;
  keys: KeyWrap;
  shopApp: App;
  told: Notice[];
  logged: { what: string; fields: LogFields | undefined }[];
  clock: { now(): number; at: number };
  /** The clock that never jumps, by which rates are counted. */
  steady: { ms: number };
  isDraining: { value: boolean };
  /** `method /path`. */
  ask(what: string, sent?: Sent): Promise<Came>;
  tokenOf(person: Person): Promise<string>;
  /** Content of a text message, sealed as the SDK does it. */
  sealed(
    by: Person,
    text: string,
    clientMsgId: string,
    dlgId?: DlgId,
  ): Promise<{ clientMsgId: string; content: string }>;
  close(): Promise<void>;
}

/** The tea shop behind its HTTP side: everything real but for sockets and clock. Mal is in no conversation. */
export async function openHttp({
  isDemo = false,
  limits: changed,
  database,
  storage,
  master = new Uint8Array(randomBytes(32)),
  olderMasters = [],
  isOld = false,
  ...options
}: Partial<Omit<HttpPorts, 'limits'>> & {
  isDemo?: boolean;
  /** Those given are in force, and all rates are counted; otherwise none is. */
  limits?: Partial<Limits>;
  /** A file; without one it is in memory. */
  database?: string;
  /** Another store than one of its own, in process. */
  storage?: Storage;
  master?: Uint8Array;
  olderMasters?: readonly Uint8Array[];
  /** The database has been opened before: its people are there. */
  isOld?: boolean;
} = {}): Promise<Http> {
  const store = storage ?? (await openInProcess(database));
  const keys = masterKey(master, olderMasters);
  const clock = { at: 1_760_000_000_000, now: () => clock.at };
  const steady = { ms: 0 };
  const effective = { ...limits, ...changed };
  const rates = changed ? createRates(effective, () => steady.ms) : noRates;
  const bus = memoryBus();
  const told: Notice[] = [];
  bus.listen((notice) => told.push(notice));
  const logged: Http['logged'] = [];
  const note = (what: string, fields?: LogFields) => void logged.push({ what, fields });
  const isDraining = { value: false };

  await store.putApp(appOf({ appId: shop, secret: appSecret, origins: [embedder] }, keys));
  const shopApp = (await store.findApp(shop)) as App;
  const signIn = createSignIn({
    store,
    wrap: keys,
    tokens: accessTokens(master, clock),
    bus,
    clock,
    publicUrl: () => publicUrl,
    limits: effective,
  });
  const audit = keepAudit({ store, keys, clock });
  const ports: ChatPorts & { desk: DeskStore } = {
    store,
    desk: store,
    audit,
    bus,
    keys,
    files: memoryFiles(),
    presence: { isOnline: () => false },
    clock,
    random: { bytes: (count) => new Uint8Array(randomBytes(count)) },
    warn: note,
    limits: effective,
    rates,
  };
  const { chat, log, platform, keyrings, close } = makeChat(ports);
  const { desk, platform: deskPlatform } = makeDesk({ ...ports, keyrings });
  const moderating = makeModeration({ ...ports, keyrings, moderation: store, audit });
  if (!isOld) for (const person of [ada, bo, cy, mal]) await platform.putUser(shop, person);
  if (!isOld) await platform.createGroup(shop, { groupId: tea, name: 'Tea', members: [ada, bo, cy] });

  const app = await createHttp({
    chat,
    platform,
    desk,
    deskPlatform,
    moderation: moderating.moderation,
    moderationPlatform: moderating.platform,
    signIn,
    store,
    logger: { debug: note, info: note, warn: note, error: note },
    metrics: createMetrics(),
    origins: originsOf(await store.listApps(), shop),
    folders: { web: '/nowhere', sdk: '/nowhere' },
    publicUrl: () => publicUrl,
    ownOrigins: () => [publicUrl],
    isDraining: () => isDraining.value,
    limits: effective,
    rates,
    trustedProxies: 0,
    ...(isDemo && { demo: { app: shopApp, cast } }),
    ...options,
  });

  const tokenOf = async ({ userId }: Person) => (await signIn.createToken(shop, userId)).token;
  return {
    app,
    signIn,
    chat,
    log,
    platform,
    store,
    bus,
    keys,
    shopApp,
    told,
    logged,
    clock,
    steady,
    isDraining,
    tokenOf,
    async ask(what, { as, body, headers = {}, raw } = {}) {
      const [method, url] = what.split(' ') as ['GET', string];
      const answer = await app.inject({
        method,
        url,
        headers: {
          ...(as !== undefined && { authorization: `Bearer ${as}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { payload: JSON.stringify(body) }),
        ...(raw !== undefined && { payload: raw }),
      });
      const isJson = answer.body.startsWith('{') && !answer.body.includes('\n');
      return {
        status: answer.statusCode,
        headers: answer.headers as Came['headers'],
        text: answer.body,
        json: isJson ? answer.json() : undefined,
      } as Came;
    },
    async sealed(by, text, clientMsgId, dlgId = tea) {
      const actor = await signIn.authenticate(await tokenOf(by));
      const { dlgKey } = await chat.enter(actor, dlgId);
      const plaintext = JSON.stringify({ type: 'text', text });
      const content = seal(plaintext, { dlgId, dlgKey, fromuid: by.userId, clientMsgId });
      return { clientMsgId: id<ClientMsgId>(clientMsgId), content };
    },
    async close() {
      await app.close();
      close();
      await bus.close();
      await store.close();
    },
  };
}

/** A form with one file, as a browser sends it. */
export function formWith(
  name: string,
  mime: string,
  bytes: string | Buffer,
): { headers: Record<string, string>; raw: Buffer } {
  const boundary = '----trialogue';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${mime}\r\n\r\n`;
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    raw: Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}
