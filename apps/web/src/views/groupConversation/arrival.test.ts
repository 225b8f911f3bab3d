import { ada, tea } from '@trialogue/testkit';
import { beforeEach, expect, test, vi } from 'vitest';

import { axios, type Asked } from '../../http/axios.ts';

const place = { pathname: '/groupConversation', search: `?groupId=${tea}&userId=${ada.userId}` };
const session = { token: 'at', refreshToken: 'rt', expiresAt: 1, userId: ada.userId, urole: 'user' };
const conversation = { dlgId: tea, readSeq: 0, head: 3 };
const page = { list: [], head: 3 };

let asked: string[];
let answer: (url: string) => unknown;
const enveloped = (data: unknown) => ({ code: 0, msg: 'ok', data, requestId: 'r' });
const refused = (error: string) => ({ code: 401, error, msg: error, requestId: 'r' });

/** The file as the browser has just loaded it, by a link with a ticket. */
async function arriving(ticket = '#ticket=secret') {
  vi.resetModules();
  history.replaceState(null, '', `${place.pathname}${place.search}${ticket}`);
  const { axios: fresh } = await import('../../http/axios.ts');
  fresh.defaults.adapter = axios.defaults.adapter;
  const [{ arrive, arriveAhead }, { getMsgPage }] = await Promise.all([
    import('./arrival.ts'),
    import('../../http/api.ts'),
  ]);
  return { arrive, arriveAhead, getMsgPage };
}

beforeEach(() => {
  sessionStorage.clear();
  localStorage.clear();
  asked = [];
  answer = (url) => enveloped(url.endsWith('/session') ? session : url.endsWith('/conversation') ? conversation : page);
  axios.defaults.adapter = (config: Asked) => {
    asked.push(`${config.method} ${config.url}`);
    return Promise.resolve({ status: 200, headers: {}, config, data: answer(config.url ?? '') });
  };
});

test('client.md §5.4: who comes by a link is signed in and has asked for the history while the program is on its way', async () => {
  const { arrive, arriveAhead, getMsgPage } = await arriving();
  arriveAhead(place);
  const arrival = await arrive(place);
  expect(arrival).toMatchObject({ name: 'in', userInfo: { token: 'at', groupId: tea }, conversation });
  const early = [...asked];
  expect(early).toEqual([
    'POST /api/v1/session',
    'GET /api/v1/conversation',
    `GET /api/v1/conversations/${tea}/messages`,
    `GET /api/v1/conversations/${tea}/members`,
  ]);
  expect(await getMsgPage(tea, { limit: 50 })).toEqual(page);
  expect(asked).toEqual(early);
});

test('what the exchange of the ticket brings along is not asked for again, and its key is kept nowhere', async () => {
  const dlgKey = 'dk1.canary';
  answer = (url) =>
    enveloped(url.endsWith('/session') ? { ...session, conversation: { ...conversation, dlgKey } } : page);
  const { arrive } = await arriving();
  expect(await arrive(place)).toMatchObject({ name: 'in', conversation: { dlgId: tea, dlgKey } });
  expect(asked).toEqual([
    'POST /api/v1/session',
    `GET /api/v1/conversations/${tea}/messages`,
    `GET /api/v1/conversations/${tea}/members`,
  ]);
  for (const kept of [sessionStorage, localStorage]) expect(JSON.stringify(kept)).not.toContain('canary');
});

test('the ticket is used once, and one that a busy server did not judge is used again', async () => {
  const { arrive } = await arriving();
  answer = () => ({ code: 503, error: 'server.busy', msg: 'later', requestId: 'r' });
  await expect(arrive(place)).rejects.toThrow();
  answer = (url) => enveloped(url.endsWith('/session') ? session : conversation);
  expect(await arrive(place)).toMatchObject({ name: 'in' });
  expect(asked.filter((each) => each === 'POST /api/v1/session')).toHaveLength(2);
});

test('who comes again by a link that was used goes on with the session that it opened', async () => {
  const first = await arriving();
  await first.arrive(place);
  answer = (url) => (url.endsWith('/session') ? refused('ticket.used') : enveloped(conversation));
  const { arrive } = await arriving();
  expect(await arrive(place)).toMatchObject({ name: 'in', userInfo: { token: 'at' } });
});

test('who has neither ticket nor session is sent to sign in, and a dead ticket says why', async () => {
  const bare = await arriving('');
  expect(await bare.arrive(place)).toEqual({ name: 'away', path: '/login' });
  expect(asked).toEqual([]);
  answer = () => refused('ticket.expired');
  const late = await arriving();
  expect(await late.arrive(place)).toEqual({ name: 'away', path: '/login/logout' });
  expect(JSON.parse(sessionStorage.getItem('farewell') ?? '')).toBe('ticket.expired');
});

test('a link without its parts leads nowhere, and asks nobody', async () => {
  const { arrive } = await arriving('');
  expect(await arrive({ ...place, search: '?groupId=tea' })).toEqual({ name: 'incomplete' });
  expect(asked).toEqual([]);
});
