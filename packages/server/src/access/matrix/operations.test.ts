import { id, type RefusalName, type Urole } from '@trialogue/protocol';
import {
  clientApi,
  demoApi,
  platformApi,
  type ClientApi,
  type Operation,
  type PlatformApi,
} from '@trialogue/protocol/api';
import { tea } from '@trialogue/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { appSecret, formWith, type Came } from '../../http/httpUnderTest.ts';
import type { Database } from '../../storage/sqlite/database.ts';
import {
  absent,
  canary,
  coffeeSecret,
  openWorld,
  outsiders,
  uroles,
  type Standing,
  type World,
} from './standingsUnderTest.ts';

/** Every statement that reaches the database. */
const asked = vi.hoisted(() => [] as string[]);
vi.mock('../../storage/sqlite/database.ts', async (real) => {
  const { openDatabase, ...rest } = await real<{ openDatabase: (...args: unknown[]) => Database }>();
  return {
    ...rest,
    openDatabase(...args: unknown[]) {
      const db = openDatabase(...args);
      const query: Database['query'] = (text, ...params) => {
        asked.push(text);
        return db.query(text, ...params);
      };
      return Object.assign(Object.create(db) as Database, { query });
    },
  };
});

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.at.close());

interface Row {
  /** `oneself`: it names no conversation, and tells of those only that one is in. */
  about: 'a conversation' | 'oneself' | 'nobody';
  /** What becomes of a member of each role; who is not named is let do it. */
  refuses?: Partial<Record<Urole, RefusalName>>;
  /** Where it is answered `nobody`: nobody at all is let in, whatever they are. */
  body?: (world: World, urole: Urole, standing: Standing, dlgId: typeof tea) => unknown;
  form?: true;
  /** Bytes of a file. */
  octets?: true;
}
const serviceOnly = Object.fromEntries(
  uroles.filter((urole) => urole !== 'service').map((urole) => [urole, 'desk.not_service' as const]),
);
const authorOnly = {
  merchant: 'message.not_author',
  service: 'message.not_author',
  bot: 'message.not_author',
} as const;

/** The file in the world is the shopper's. */
const uploaderOnly = { merchant: 'file.not_found', service: 'file.not_found', bot: 'file.not_found' } as const;

/** Every operation of the client API: what it is about, and who of the members may. A new one is a type error here. */
const rows: { [Name in keyof ClientApi]: Row } = {
  getConfig: { about: 'nobody' },
  getLimits: { about: 'nobody' },
  createSession: { about: 'nobody' },
  refreshSession: { about: 'nobody' },
  logout: { about: 'oneself' },
  getConversation: { about: 'a conversation' },
  getDlgPage: { about: 'oneself' },
  getMsgPage: { about: 'a conversation' },
  getMemberList: { about: 'a conversation' },
  sendMsg: {
    about: 'a conversation',
    body: (at, urole, standing, dlgId) =>
      standing === 'member' ? at.sealed(urole) : at.forged(urole, standing, dlgId),
  },
  markRead: { about: 'a conversation', body: () => ({ seq: 1 }) },
  recallMsg: { about: 'a conversation', refuses: authorOnly },
  uploadFile: { about: 'a conversation', form: true },
  downloadFile: { about: 'a conversation' },
  beginUpload: { about: 'a conversation', body: () => ({ name: 'tea.txt', mime: 'text/plain', size: 5 }) },
  continueUpload: { about: 'a conversation', refuses: uploaderOnly, octets: true },
  getUpload: { about: 'a conversation', refuses: uploaderOnly },
  cancelUpload: { about: 'a conversation', refuses: uploaderOnly },
  getFileRules: { about: 'oneself' },
  getDeskCounts: { about: 'oneself' },
  getQueue: { about: 'oneself', refuses: serviceOnly },
  patchDesk: { about: 'a conversation', refuses: serviceOnly, body: () => ({ status: 'pending', note: canary }) },
  callService: { about: 'a conversation' },
  getService: { about: 'a conversation' },
  visitConversation: { about: 'a conversation' },
  getOrderActions: { about: 'a conversation' },
  joinConversation: { about: 'a conversation', refuses: serviceOnly },
  leaveConversation: { about: 'a conversation', refuses: serviceOnly },
  openNotes: { about: 'a conversation', refuses: serviceOnly },
  getCustomer: { about: 'a conversation', refuses: serviceOnly },
  listReplies: { about: 'oneself', refuses: serviceOnly },
  putReply: { about: 'oneself', refuses: serviceOnly, body: () => ({ title: 'Hi', text: 'Hello' }) },
  removeReply: { about: 'oneself', refuses: serviceOnly },
  reportMessage: { about: 'a conversation', body: ({ content }) => ({ reason: 'abuse', content }) },
  muteMember: { about: 'a conversation', refuses: serviceOnly, body: () => ({ seconds: 1 }) },
  unmuteMember: { about: 'a conversation', refuses: serviceOnly },
};
const about = (what: Row['about']) =>
  Object.entries(rows)
    .filter(([, row]) => row.about === what)
    .map(([name]) => name as keyof ClientApi);

async function ask(
  name: keyof ClientApi,
  urole: Urole,
  standing: Standing,
  dlgId = tea,
  { file, smuggled = {} }: { file?: string; smuggled?: Record<string, string> } = {},
): Promise<Came> {
  const { method, path, query } = clientApi[name] as Operation;
  const { body, form, octets } = rows[name];
  const url = path
    .replace(':dlgId', dlgId)
    .replace(':fileId', file ?? (dlgId === tea ? world.fileId : 'absent-file'))
    .replace(':uploadId', file ?? (dlgId === tea ? world.fileId : 'absent-file'))
    .replace(':seq', String(world.seq))
    .replace(':replyId', 'hello')
    .replace(':userId', world.userIdOf('bot', 'member'));
  const words = new URLSearchParams({
    ...smuggled,
    ...(query && 'groupId' in query.fields && { groupId: dlgId }),
    ...(query && 'offset' in query.fields && { offset: '0' }),
  });
  const given = (await body?.(world, urole, standing, dlgId)) as object | undefined;
  const as = await world.tokenOf(urole, standing);
  asked.length = 0;
  return world.at.ask(`${method} /api/v1${url}?${words.toString()}`, {
    as,
    ...(given && { body: { ...given, ...smuggled } }),
    ...(form && formWith('tea.txt', 'text/plain', canary)),
    ...(octets && { headers: { 'content-type': 'application/octet-stream' }, raw: canary }),
  });
}

/** The desk looks closer at a conversation that is there before it refuses: some microseconds, and nothing in the answer. */
const looksCloser: ReadonlySet<string> = new Set(['joinConversation']);

/** All that can be told apart from outside, but for the number of the request. */
function seen({ status, headers, text }: Came): unknown {
  const { 'x-request-id': requestId = '', date: _, ...others } = headers;
  expect(requestId).not.toBe('');
  return { status, headers: others, text: text.replace(requestId, '…') };
}

describe('nothing is missing from the matrix', () => {
  test('every operation of the client API has a row, and says truly whether it is about a conversation', () => {
    expect(Object.keys(rows).toSorted()).toEqual(Object.keys(clientApi).toSorted());
    for (const [name, operation] of Object.entries(clientApi) as [keyof ClientApi, Operation][]) {
      const names = { ...operation.params?.fields, ...operation.query?.fields };
      const isAboutOne = 'dlgId' in names || 'groupId' in names;
      const is = isAboutOne ? 'a conversation' : operation.auth === 'nobody' ? 'nobody' : 'oneself';
      expect([name, rows[name].about]).toEqual([name, is]);
    }
  });

  test('no route is served beside the tables but pages, files and what machines ask', () => {
    const served = new Set<string>();
    const lines = world.at.app.printRoutes({ commonPrefix: false }).split('\n');
    const stack: string[] = [];
    for (const line of lines) {
      const [, indent = '', path = '', methods] = /^([│ ]*)[├└]── (\S*)(?: \(([A-Z, ]+)\))?$/u.exec(line) ?? [];
      if (path === '') continue;
      stack.length = indent.length / 4;
      stack.push(path);
      for (const method of methods?.split(', ') ?? []) served.add(`${method} ${stack.join('')}`);
    }
    const tables = [
      ['/api/v1', clientApi],
      ['/platform/v1', platformApi],
    ] as const;
    const described = tables.flatMap(([prefix, api]) =>
      (Object.values(api) as Operation[]).map(({ method, path }) => `${method} ${prefix}${path}`),
    );
    expect(described.filter((route) => !served.has(route))).toEqual([]);
    const others = [...served].filter((route) => !described.includes(route) && !/^(HEAD|OPTIONS) /.test(route));
    expect(others.toSorted()).toEqual([
      'GET *',
      'GET /groupConversation',
      'GET /healthz',
      'GET /login/logout',
      'GET /metrics',
      'GET /openapi.json',
      'GET /readyz',
      'GET /workbench',
    ]);
  });
});

describe.for(outsiders)('T4: %s', (standing) => {
  describe.for(uroles)('as %s', (urole) => {
    test.for(about('a conversation'))('%s: what is foreign answers as what is not there', async (name) => {
      const foreign = await ask(name, urole, standing);
      const worked = [...asked];
      const nowhere = await ask(name, urole, standing, absent);
      expect(nowhere.json).toMatchObject({ code: 1, error: 'conversation.not_member' });
      expect(seen(foreign)).toEqual(seen(nowhere));
      // The same statements, one for one: there is nothing in which the clock could tell them apart (T5).
      expect(worked).not.toEqual([]);
      if (!looksCloser.has(name)) expect(worked).toEqual(asked);
    });

    test.for(about('oneself').filter((name) => name !== 'logout'))('%s: tells nothing of it', async (name) => {
      const { text, json } = await ask(name, urole, standing);
      const refusal = rows[name].refuses?.[urole];
      expect(json).toMatchObject(refusal ? { code: 1, error: refusal } : { code: 0 });
      expect(text).not.toContain(`"${tea}"`);
    });
  });
});

describe.for(uroles)('T29: another app says that it is ours, as %s', (urole) => {
  const smuggled = {
    appId: 'shop',
    app: 'shop',
    tenantId: 'shop',
    iss: 'shop',
    userId: 'member-user',
    urole: 'service',
  };
  test.for(about('a conversation'))('%s: which app it is, the token alone says', async (name) => {
    const plain = await ask(name, urole, 'other app');
    expect(seen(await ask(name, urole, 'other app', tea, { smuggled }))).toEqual(seen(plain));
  });
});

describe.for(uroles)('T28: a member as %s', (urole) => {
  test.for([...about('a conversation'), ...about('oneself')])('%s', async (name) => {
    await world.at.platform.addMembers({ appId: world.at.shopApp.appId, dlgId: tea }, [
      { userId: world.userIdOf(urole, 'member') },
    ]);
    const came = await ask(name, urole, 'member');
    expect(came.status).toBe(200);
    const refusal = rows[name].refuses?.[urole];
    if (refusal) expect(came.json).toMatchObject({ code: 1, error: refusal });
    else if ((clientApi[name] as Operation).data === 'bytes') expect(came.text).toBe(canary);
    else expect(came.json).toMatchObject({ code: 0 });
  });
});

test('a file of one conversation cannot be had by way of another one that one is in', async () => {
  const own = await ask('downloadFile', 'user', 'link session of another conversation', id<typeof tea>('cake'));
  const foreign = await ask('downloadFile', 'user', 'link session of another conversation', id<typeof tea>('cake'), {
    file: world.fileId,
  });
  expect(own.json).toMatchObject({ error: 'file.not_found' });
  expect(seen(foreign)).toEqual(seen(own));
});

/** What a backend asks about a group. `undefined`: it names none. */
const platformBodies: { [Name in keyof PlatformApi]: unknown } = {
  putUser: { name: 'X', urole: 'user' },
  createToken: {},
  revokeTokens: undefined,
  createGroup: { name: 'X', members: [] },
  createLink: { userId: 'member-user' },
  addMembers: { members: [] },
  removeMember: undefined,
  deleteGroup: undefined,
  postMessage: { fromuid: 'member-user', clientMsgId: 'x', payload: { type: 'text', text: 'x' } },
  patchCard: { status: 'shipped' },
  getSettings: undefined,
  putSettings: {},
  getTranscript: undefined,
  listAppReplies: undefined,
  putAppReply: { title: 'Hi', text: 'Hello' },
  removeAppReply: undefined,
  muteInGroup: { seconds: 1 },
  unmuteInGroup: undefined,
  listReports: undefined,
  resolveReport: { outcome: 'dismissed' },
  listAudit: undefined,
};
const platformNames = Object.keys(platformBodies) as (keyof PlatformApi)[];
const inGroups = platformNames.filter((name) => platformApi[name].path.includes(':groupId'));

function askAs(as: string | undefined, name: keyof PlatformApi, groupId: string): Promise<Came> {
  const { method, path } = platformApi[name];
  const url = path
    .replace(':groupId', groupId)
    .replace(':userId', 'member-user')
    .replace(':ref', 'r')
    .replace(':replyId', 'hello')
    .replace(':reportId', 'absent-report');
  const body = platformBodies[name];
  asked.length = 0;
  return world.at.ask(`${method} /platform/v1${url}`, {
    ...(as !== undefined && { as }),
    ...(body !== undefined && { body }),
  });
}

describe('the platform API', () => {
  test('every operation of it is asked here', () => {
    expect(platformNames.toSorted()).toEqual(Object.keys(platformApi).toSorted());
  });

  test.for(inGroups)('T29: to another app, %s of a foreign group answers as of one that is not there', async (name) => {
    const foreign = await askAs(coffeeSecret, name, tea);
    const worked = [...asked];
    const nowhere = await askAs(coffeeSecret, name, absent);
    expect(nowhere).toMatchObject({ status: 404, json: { code: 1 } });
    expect(seen(foreign)).toEqual(seen(nowhere));
    expect(worked).toEqual(asked);
  });

  test.for(platformNames)(
    'T28: %s is for the app secret: a token of whatever role opens it for nobody',
    async (name) => {
      for (const urole of uroles) {
        const as = await world.tokenOf(urole, 'member');
        expect(await askAs(as, name, tea)).toMatchObject({ status: 401, json: { code: 401, error: 'auth.invalid' } });
      }
      expect(await askAs(undefined, name, tea)).toMatchObject({ status: 401, json: { error: 'auth.missing' } });
    },
  );

  test('and the app secret is no token of a user', async () => {
    const came = await world.at.ask('GET /api/v1/conversations', { as: appSecret });
    expect(came.json).toMatchObject({ code: 401, error: 'auth.invalid' });
  });
});

test.for(Object.entries(demoApi as Record<string, Operation>))(
  'without the demo there is no %s',
  async ([, { method, path }]) => {
    const came = await world.at.ask(`${method} /demo/v1${path}`, { body: {} });
    expect(came).toMatchObject({ status: 404, json: { error: 'route.not_found' } });
  },
);
