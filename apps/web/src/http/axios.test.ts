import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { AskFailed, axios } from './axios.ts';

const whole = vi.hoisted(() => ({ request: vi.fn(), isCancel: vi.fn(() => false) }));
vi.mock('axios', () => ({ default: whole, isAxiosError: (error: { isAxiosError?: boolean }) => error.isAxiosError }));

const asked: { url: string; init: RequestInit }[] = [];
let answer: (signal: AbortSignal) => Promise<Response>;
const json = (data: unknown, status = 200) => new Response(JSON.stringify(data), { status });
const failure = (reason: unknown) => reason as AskFailed;

beforeEach(() => {
  asked.length = 0;
  answer = async () => json({ code: 0 });
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    asked.push({ url, init });
    return answer(init.signal!);
  });
});
afterEach(() => {
  axios.defaults.baseURL = '';
  vi.unstubAllGlobals();
  vi.useRealTimers();
  whole.request.mockReset();
});

/** Never answers; fails when it is given up, as a browser does. */
const silence = (signal: AbortSignal) =>
  new Promise<Response>((_, fail) => signal.addEventListener('abort', () => fail(signal.reason as Error)));

describe('what the first screen asks', () => {
  test('goes to the base address that the seed lets one write', async () => {
    axios.defaults.baseURL = 'https://im.example/';
    await axios.request({
      method: 'GET',
      url: '/api/v1/conversations',
      params: { page: 2, keyword: '茶 壶', size: undefined },
    });
    expect(asked[0]?.url).toBe('https://im.example/api/v1/conversations?page=2&keyword=%E8%8C%B6+%E5%A3%B6');
  });

  test('sends a body as JSON, and a form as it is: the browser knows its boundary', async () => {
    await axios.request({ method: 'POST', url: '/a', data: { seq: 3 } });
    expect(asked[0]?.init).toMatchObject({ body: '{"seq":3}', headers: { 'Content-Type': 'application/json' } });
    const form = new FormData();
    await axios.request({ method: 'POST', url: '/b', data: form });
    expect(asked[1]?.init.body).toBe(form);
    expect(asked[1]?.init.headers).not.toHaveProperty('Content-Type');
  });

  test('gives back what came: JSON opened, a file as bytes, words as words', async () => {
    answer = async () => json({ code: 0, data: 7 });
    expect((await axios.request({ url: '/a' })).data).toEqual({ code: 0, data: 7 });
    answer = async () => new Response('a proxy speaks', { status: 200 });
    expect((await axios.request({ url: '/a' })).data).toBe('a proxy speaks');
    const file = await axios.request<Blob>({ url: '/a', responseType: 'blob' });
    expect(file.data).toBeInstanceOf(Blob);
  });

  test('fails with the answer when its status is a failure, and without one when there is none', async () => {
    answer = async () => json({ code: 1, error: 'rate.limited' }, 429);
    const limited = failure(await axios.request({ url: '/a' }).catch((reason: unknown) => reason));
    expect(limited).toMatchObject({
      code: 'ERR_BAD_RESPONSE',
      response: { status: 429, data: { error: 'rate.limited' } },
    });
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    const lost = failure(await axios.request({ url: '/a' }).catch((reason: unknown) => reason));
    expect(lost).toBeInstanceOf(AskFailed);
    expect(lost).toMatchObject({ code: 'ERR_NETWORK', response: undefined });
  });

  test('is given up by its caller, or when its time is over', async () => {
    vi.useFakeTimers();
    answer = silence;
    const caller = new AbortController();
    const left = axios.request({ url: '/a', signal: caller.signal }).catch((reason: unknown) => reason);
    caller.abort();
    expect(await left).toMatchObject({ code: 'ERR_CANCELED' });
    const late = axios.request({ url: '/a', timeout: 1_000 }).catch((reason: unknown) => reason);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await late).toMatchObject({ code: 'ECONNABORTED' });
  });
});

describe('an upload that tells how far it is', () => {
  const upload = () =>
    axios.request({ method: 'POST', url: '/f', data: new FormData(), onUploadProgress: () => undefined });

  test('is done by the whole of axios, with the same defaults', async () => {
    axios.defaults.baseURL = 'https://im.example';
    whole.request.mockResolvedValue({ status: 200, headers: { a: 'b' }, data: { code: 0 } });
    expect(await upload()).toMatchObject({ status: 200, headers: { a: 'b' }, data: { code: 0 } });
    expect(whole.request).toHaveBeenCalledWith(expect.objectContaining({ baseURL: 'https://im.example', url: '/f' }));
    expect(asked).toEqual([]);
  });

  test('fails in the same ways', async () => {
    whole.request.mockResolvedValue({ status: 413, headers: {}, data: { code: 1 } });
    expect(await upload().catch((reason: unknown) => reason)).toMatchObject({ code: 'ERR_BAD_RESPONSE' });
    whole.request.mockRejectedValue({ isAxiosError: true, code: 'ERR_NETWORK' });
    expect(await upload().catch((reason: unknown) => reason)).toMatchObject({ code: 'ERR_NETWORK' });
    whole.isCancel.mockReturnValueOnce(true).mockReturnValueOnce(true);
    whole.request.mockRejectedValue({ code: 'ERR_CANCELED' });
    expect(await upload().catch((reason: unknown) => reason)).toMatchObject({ code: 'ERR_CANCELED' });
  });
});
