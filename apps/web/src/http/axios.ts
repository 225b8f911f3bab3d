import type { AxiosProgressEvent, AxiosRequestConfig } from 'axios';

/** What is asked, in axios's words: `http/api.ts` says method, url and the rest; the defaults and interceptors add to it. */
export interface Ask extends Pick<
  AxiosRequestConfig,
  'method' | 'url' | 'baseURL' | 'data' | 'timeout' | 'responseType'
> {
  params?: Readonly<Record<string, string | number | boolean | undefined>> | undefined;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  onUploadProgress?: (event: AxiosProgressEvent) => void;
  onDownloadProgress?: (event: AxiosProgressEvent) => void;
  /** The caller deals with a 401 itself: the session stays, and so does the page. */
  keepSession?: boolean;
  /** The caller reads the code itself. */
  isEnvelopeWanted?: boolean;
  /** Sent a second time, with a renewed token. */
  isSecondTry?: boolean;
  /** How often the server has asked for patience. */
  waits?: number;
}

export interface Asked extends Ask {
  headers: Record<string, string>;
}

export interface Answer<Data = unknown> {
  data: Data;
  status: number;
  /** Names in small letters. */
  headers: Record<string, string>;
  config: Asked;
}

/** No good answer: none at all, or one with the status of a failure. */
export class AskFailed extends Error {
  readonly code: 'ERR_CANCELED' | 'ECONNABORTED' | 'ERR_NETWORK' | 'ERR_BAD_RESPONSE';
  readonly config: Asked;
  readonly response: Answer | undefined;

  constructor(code: AskFailed['code'], config: Asked, response?: Answer) {
    super(`${config.method ?? 'GET'} ${config.url ?? ''}: ${response?.status ?? code}`);
    this.name = 'AskFailed';
    this.code = code;
    this.config = config;
    this.response = response;
  }
}

export type Adapter = (config: Asked) => Promise<Answer>;

/** Interceptors of axios, both kinds: one function each, or one for answers and one for failures. */
const before: ((config: Asked) => Asked)[] = [];
const after: [heard: (answer: Answer) => unknown, failed: (error: unknown) => unknown][] = [];

const defaults: { baseURL: string; timeout: number; adapter: Adapter } = {
  baseURL: '',
  timeout: 0,
  adapter: (config) => (config.onUploadProgress || config.onDownloadProgress ? byAxios(config) : byFetch(config)),
};

/**
 * axios, its face and its ways, as far as a conversation needs them before the first message is there: JSON and files
 * over `fetch`, in a kilobyte. The whole of axios has twenty; it is fetched for what only it can do, which is to tell
 * how far an upload is, and goes by the same defaults and the same interceptors.
 */
export const axios = {
  defaults,
  interceptors: {
    request: { use: (add: (config: Asked) => Asked) => void before.push(add) },
    response: {
      use: (heard: (answer: Answer) => unknown, failed: (error: unknown) => unknown) =>
        void after.push([heard, failed]),
    },
  },

  /** @throws {AskFailed} or whatever an interceptor makes of it */
  async request<Data>(ask: Ask): Promise<Answer<Data>> {
    let config: Asked = { baseURL: defaults.baseURL, timeout: defaults.timeout, ...ask, headers: { ...ask.headers } };
    for (const add of before) config = add(config);
    let coming: Promise<unknown> = defaults.adapter(config);
    for (const [heard, failed] of after) coming = coming.then((answer) => heard(answer as Answer), failed);
    return (await coming) as Answer<Data>;
  },
};

const addressOf = ({ baseURL, url = '', params = {} }: Ask): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) if (value !== undefined) query.set(name, String(value));
  const base = baseURL ? baseURL.replace(/\/+$/, '') : '';
  return `${base}${url}${query.size > 0 ? `?${query}` : ''}`;
};

async function byFetch(config: Asked): Promise<Answer> {
  const { method = 'GET', data, signal, timeout = 0, responseType } = config;
  const isForm = data instanceof FormData || data instanceof Blob;
  const isJson = data !== undefined && !isForm;
  const giveUp = new AbortController();
  const stop = () => giveUp.abort();
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  const timer = timeout > 0 ? setTimeout(stop, timeout) : undefined;
  try {
    const came = await fetch(addressOf(config), {
      method,
      headers: { Accept: 'application/json', ...(isJson && { 'Content-Type': 'application/json' }), ...config.headers },
      ...(data !== undefined && { body: isForm ? data : JSON.stringify(data) }),
      signal: giveUp.signal,
    });
    const body: unknown = responseType === 'blob' ? await came.blob() : parsed(await came.text());
    return answered(config, came.status, Object.fromEntries(came.headers), body);
  } catch (error) {
    if (error instanceof AskFailed) throw error;
    if (signal?.aborted) throw new AskFailed('ERR_CANCELED', config);
    throw new AskFailed(giveUp.signal.aborted ? 'ECONNABORTED' : 'ERR_NETWORK', config);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

async function byAxios(config: Asked): Promise<Answer> {
  const { default: whole, isAxiosError } = await import('axios');
  try {
    const { status, headers, data } = await whole.request<unknown>({ ...config, validateStatus: () => true });
    return answered(config, status, Object.fromEntries(Object.entries(headers)), data);
  } catch (error) {
    if (error instanceof AskFailed || (!isAxiosError(error) && !whole.isCancel(error))) throw error;
    if (whole.isCancel(error)) throw new AskFailed('ERR_CANCELED', config);
    throw new AskFailed(error.code === 'ECONNABORTED' ? 'ECONNABORTED' : 'ERR_NETWORK', config);
  }
}

function answered(config: Asked, status: number, headers: Record<string, string>, data: unknown): Answer {
  const answer: Answer = { data, status, headers, config };
  if (status < 200 || status > 299) throw new AskFailed('ERR_BAD_RESPONSE', config, answer);
  return answer;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
