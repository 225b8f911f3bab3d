import { id, type FileId } from '@trialogue/protocol';
import { ada, cy, tea } from '@trialogue/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { followLinks } from '../lib/going.ts';
import { getSession, lendSession, removeSession, setSession, type UserInfo } from '../utils/index.ts';
import {
  createSession,
  downloadFile,
  getConversation,
  getDlgPage,
  getMemberList,
  getMsgPage,
  uploadFile,
} from './api.ts';
import { AskFailed, axios, type Asked } from './axios.ts';
import { ApiRefused, isCancelled, isNetworkFailure } from './refusal.ts';

type Answer = { status?: number; headers?: Record<string, string>; body: unknown } | Error;

const asked: { method: string; url: string; token: string | undefined; data: unknown; params: unknown }[] = [];
let answer: (config: Asked) => Answer | Promise<Answer>;

const refused = (error: string, code = 401) => ({
  body: { code, data: null, msg: 'No.', error, requestId: 'r1' },
});
const fine = (data: unknown) => ({ body: { code: 0, data, msg: '' } });
const adas: UserInfo = { userId: ada.userId, urole: 'user', token: 'old', refreshToken: 'r-old', groupId: tea };
const renewed = fine({ token: 'new', refreshToken: 'r-new', expiresAt: 1, userId: 'ada', urole: 'user' });
const tokenOf = (config: Asked) => String(config.headers['Authorization']);
const isRefresh = ({ url }: { url?: string | undefined }) => url?.endsWith('/session/refresh') ?? false;

const usual = axios.defaults.adapter;
const push = vi.fn<(path: string) => void>();
followLinks(push);

beforeEach(() => {
  asked.length = 0;
  localStorage.clear();
  sessionStorage.clear();
  push.mockClear();
  setSession('userInfo', adas);
  axios.defaults.adapter = async (config) => {
    asked.push({
      method: config.method ?? '',
      url: config.url ?? '',
      token: config.headers['Authorization'],
      data: config.data,
      params: config.params,
    });
    const given = await new Promise<Answer>((done, fail) => {
      config.signal?.addEventListener('abort', () => fail(new AskFailed('ERR_CANCELED', config)));
      void Promise.resolve(answer(config)).then(done, fail);
    });
    if (given instanceof Error) throw given;
    const { status = 200, headers = {}, body } = given;
    const response = { status, headers, config, data: body };
    if (status >= 400) throw new AskFailed('ERR_BAD_RESPONSE', config, response);
    return response;
  };
});
afterEach(() => {
  axios.defaults.adapter = usual;
});

describe('the envelope', () => {
  test('gives the data of code 0, asked for with the token of the session', async () => {
    answer = () => fine({ list: [], total: 0, page: 1, size: 20 });
    expect(await getDlgPage({ page: 1 })).toEqual({ list: [], total: 0, page: 1, size: 20 });
    expect(asked).toMatchObject([
      { method: 'GET', url: '/api/v1/conversations', token: 'Bearer old', params: { page: 1 } },
    ]);
  });

  test('code 1 is a refusal with its name, and the session lives on', async () => {
    answer = () => refused('conversation.not_member', 1);
    await expect(getMemberList(tea)).rejects.toMatchObject({ error: 'conversation.not_member', requestId: 'r1' });
    expect(getSession('userInfo')).toEqual(adas);
    expect(push).not.toHaveBeenCalled();
  });

  test('a transport limit comes with its own status and the same name', async () => {
    answer = () => ({ status: 413, ...refused('file.too_large', 1) });
    await expect(uploadFile(tea, new Blob(['x']), 'x.txt')).rejects.toMatchObject({ error: 'file.too_large' });
  });

  test('no answer is not a refusal', async () => {
    answer = (config) => new AskFailed('ERR_NETWORK', config);
    const error: unknown = await getMemberList(tea).catch((reason: unknown) => reason);
    expect(isNetworkFailure(error)).toBe(true);
    expect(error).not.toBeInstanceOf(ApiRefused);
    expect(getSession('userInfo')).toEqual(adas);
  });
});

describe('code 401', () => {
  test('ends the session, goes to /login/logout and rejects', async () => {
    answer = () => refused('auth.revoked');
    await expect(getConversation(tea)).rejects.toMatchObject({ code: 401, error: 'auth.revoked' });
    expect(getSession('userInfo')).toBeUndefined();
    expect(getSession('farewell')).toBe('auth.revoked');
    expect(push).toHaveBeenCalledExactlyOnceWith('/login/logout', { replace: false });
  });

  test('leaves the session alone where the caller deals with it: a used ticket says nothing about it', async () => {
    answer = () => refused('ticket.used');
    await expect(createSession({ groupId: tea, userId: ada.userId, ticket: 'x' })).rejects.toThrow();
    expect(getSession('userInfo')).toEqual(adas);
    expect(push).not.toHaveBeenCalled();
  });

  test('of the session before says nothing about the one that is', async () => {
    answer = () => {
      setSession('userInfo', { ...adas, token: 'another' });
      return refused('auth.revoked');
    };
    await expect(getConversation(tea)).rejects.toThrow();
    expect(getSession('userInfo')?.token).toBe('another');
  });
});

describe('an expired token', () => {
  test('is renewed once, silently, and the request is sent again', async () => {
    answer = (config) => {
      if (isRefresh(config)) return renewed;
      return tokenOf(config) === 'Bearer new' ? fine({ list: [] }) : refused('auth.expired');
    };
    expect(await getMemberList(tea)).toEqual({ list: [] });
    expect(asked.map(({ url, token }) => [url.split('/').pop(), token])).toEqual([
      ['members', 'Bearer old'],
      ['refresh', 'Bearer old'],
      ['members', 'Bearer new'],
    ]);
    expect(getSession('userInfo')).toMatchObject({ token: 'new', refreshToken: 'r-new', groupId: tea });
    expect(push).not.toHaveBeenCalled();
  });

  test('is renewed once for all requests that met it', async () => {
    answer = (config) => {
      if (isRefresh(config)) return renewed;
      return tokenOf(config) === 'Bearer new' ? fine({ list: [] }) : refused('auth.expired');
    };
    await Promise.all([getMemberList(tea), getDlgPage(), getMsgPage(tea)]);
    expect(asked.filter(isRefresh)).toHaveLength(1);
  });

  test('that another tab has renewed already is not renewed again: that would end the session', async () => {
    answer = (config) => {
      if (isRefresh(config)) return refused('auth.revoked');
      if (tokenOf(config) === 'Bearer tab2') return fine({ list: [] });
      localStorage.setItem(`userInfo:ada:${tea}`, JSON.stringify({ ...adas, token: 'tab2', refreshToken: 'r2' }));
      return refused('auth.expired');
    };
    expect(await getMemberList(tea)).toEqual({ list: [] });
    expect(asked.filter(isRefresh)).toEqual([]);
  });

  test('that cannot be renewed ends the session', async () => {
    answer = () => refused('auth.expired');
    await expect(getMemberList(tea)).rejects.toMatchObject({ error: 'auth.expired' });
    expect(asked.filter(isRefresh)).toHaveLength(1);
    expect(getSession('userInfo')).toBeUndefined();
    expect(push).toHaveBeenCalledExactlyOnceWith('/login/logout', { replace: false });
  });

  test('does not end the session when no answer comes to the renewal', async () => {
    answer = (config) => (isRefresh(config) ? new AskFailed('ERR_NETWORK', config) : refused('auth.expired'));
    await expect(getMemberList(tea)).rejects.toThrow('ERR_NETWORK');
    expect(getSession('userInfo')).toEqual(adas);
  });

  test('that was lent by the embedding page is for that page to renew', async () => {
    lendSession({ userId: cy.userId, urole: 'service', token: 'lent' });
    answer = () => refused('auth.expired');
    await expect(getMemberList(tea)).rejects.toThrow();
    expect(asked).toHaveLength(1);
    removeSession('userInfo');
  });
});

describe('a file', () => {
  const bytes = { headers: { 'content-disposition': 'attachment' }, body: new Blob(['{"code":1}']) };

  test('is given as it is, even if it looks like an envelope', async () => {
    answer = () => bytes;
    expect(await (await downloadFile(tea, id<FileId>('f'))).text()).toBe('{"code":1}');
  });

  test('that is refused is a refusal, though bytes were asked for', async () => {
    answer = () => ({ body: new Blob([JSON.stringify(refused('file.not_found', 1).body)]) });
    await expect(downloadFile(tea, id<FileId>('f'))).rejects.toMatchObject({ error: 'file.not_found' });
  });

  test('comes in spite of an expired token', async () => {
    answer = (config) => {
      if (isRefresh(config)) return renewed;
      const expired = { body: new Blob([JSON.stringify(refused('auth.expired').body)]) };
      return tokenOf(config) === 'Bearer new' ? bytes : expired;
    };
    expect((await downloadFile(tea, id<FileId>('f'))).size).toBe(10);
  });
});

describe('identical requests', () => {
  test('the older one is cancelled, and only the newest answer counts', async () => {
    const doors: ((value: Answer) => void)[] = [];
    answer = () => new Promise((open) => doors.push(open));
    const first = getMemberList(tea).catch((error: unknown) => error);
    await vi.waitFor(() => expect(doors).toHaveLength(1));
    const second = getMemberList(tea);
    await vi.waitFor(() => expect(doors).toHaveLength(2));
    expect(isCancelled(await first)).toBe(true);
    doors[1]?.(fine({ list: ['second'] }));
    expect(await second).toEqual({ list: ['second'] });
  });

  test('others go side by side, also the same at another place', async () => {
    answer = (config) => fine({ list: [config.params] });
    const both = await Promise.all([getMsgPage(tea, { before: 1 }), getMsgPage(tea, { before: 2 })]);
    expect(both).toEqual([{ list: [{ before: 1 }] }, { list: [{ before: 2 }] }]);
  });

  test('one after the other is no repetition', async () => {
    answer = () => fine({ list: [] });
    await getMemberList(tea);
    await getMemberList(tea);
    expect(asked).toHaveLength(2);
  });

  test('two files on their way are two files', async () => {
    answer = () => fine({ fileId: 'f', size: 1, name: 'x', mime: 'x' });
    await Promise.all([uploadFile(tea, new Blob(['a']), 'a'), uploadFile(tea, new Blob(['b']), 'b')]);
    expect(asked).toHaveLength(2);
  });
});

test('a question that a busy server puts off is asked again when it says; a deed is not, and not for ever', async () => {
  const busy = { status: 429, headers: { 'retry-after': '0' }, ...refused('rate.limited', 1) };
  let left = 2;
  answer = () => (left-- > 0 ? busy : fine({ list: [] }));
  expect(await getMemberList(tea)).toEqual({ list: [] });
  expect(asked).toHaveLength(3);

  answer = () => busy;
  asked.length = 0;
  await expect(getMemberList(tea)).rejects.toMatchObject({ error: 'rate.limited' });
  expect(asked).toHaveLength(4);

  asked.length = 0;
  await expect(createSession({ groupId: tea, userId: ada.userId, ticket: 't' })).rejects.toThrow();
  expect(asked).toHaveLength(1);

  asked.length = 0;
  answer = () => ({ ...busy, headers: { 'retry-after': '60' } });
  await expect(getMemberList(tea)).rejects.toMatchObject({ error: 'rate.limited' });
  expect(asked).toHaveLength(1);
});
