import { goTo } from '../lib/going.ts';
import * as utils from '../utils/index.ts';
import { AskFailed, axios, type Answer, type Asked } from './axios.ts';
import { addPendingRequestRecord, removePendingRequestRecord } from './pending.ts';
import { ApiRefused, isEnvelope } from './refusal.ts';
import { renew } from './renew.ts';

// The API of the origin that served this page. Another one: write it here, and allow this page's origin there.
axios.defaults.baseURL = '';
axios.defaults.timeout = 20_000;

axios.interceptors.request.use((config) => {
  const userInfo = utils.getSession('userInfo');
  if (userInfo) config.headers['Authorization'] = `Bearer ${userInfo.token}`;
  addPendingRequestRecord(config);
  return config;
});

axios.interceptors.response.use(
  async (res) => {
    removePendingRequestRecord(res.config);
    await readRefusal(res);
    if (!isEnvelope(res.data) || res.data.code === 0 || res.config.isEnvelopeWanted) return res;
    const refused = new ApiRefused(res.data);
    switch (res.data.code) {
      case 401: {
        const again = res.data.error === 'auth.expired' ? await onceMore(res) : undefined;
        if (again) return again;
        if (!res.config.keepSession) signOut(refused.error, res.config);
        return Promise.reject(refused);
      }
      case 1:
        return Promise.reject(refused);
    }
  },
  async (error: unknown) => {
    if (error instanceof AskFailed) {
      removePendingRequestRecord(error.config);
      if (error.response) await readRefusal(error.response);
      const waitMs = patienceMs(error);
      if (waitMs !== undefined) {
        await new Promise((resolve) => setTimeout(resolve, waitMs));
        return axios.request({ ...error.config, waits: (error.config.waits ?? 0) + 1 });
      }
      // 413, 415, 429 and 503 come with a status of their own and the same envelope.
      const data: unknown = error.response?.data;
      if (isEnvelope(data) && data.code !== 0) return Promise.reject(new ApiRefused(data));
    }
    return Promise.reject(error);
  },
);

const MOST_WAITS = 3;
const LONGEST_WAIT_MS = 5_000;

/** A question that a busy server puts off is asked again when the server says, unless that is too long for a person. */
function patienceMs({ config, response }: AskFailed): number | undefined {
  if ((config.method ?? 'GET') !== 'GET' || (response?.status !== 429 && response?.status !== 503)) return undefined;
  const seconds = Number(response.headers['retry-after']);
  const waitMs = Number.isFinite(seconds) ? seconds * 1_000 : 1_000;
  return waitMs <= LONGEST_WAIT_MS && (config.waits ?? 0) < MOST_WAITS ? waitMs : undefined;
}

/** A file is asked for as bytes. A refusal comes as JSON all the same; unlike a file, it is no attachment. */
async function readRefusal(res: Answer): Promise<void> {
  if (!(res.data instanceof Blob) || res.headers['content-disposition'] !== undefined) return;
  try {
    res.data = JSON.parse(await res.data.text());
  } catch {
    // No envelope either: whoever asked sees what came.
  }
}

/** Renews an expired token, silently and once, and asks again. */
async function onceMore(res: Answer): Promise<Answer | undefined> {
  const userInfo = utils.getSession('userInfo');
  if (!userInfo || res.config.isSecondTry) return undefined;
  const isNewerHere = tokenOf(res.config) !== `Bearer ${userInfo.token}`;
  if (!isNewerHere && !(await renew(userInfo))) return undefined;
  return axios.request({ ...res.config, isSecondTry: true });
}

const tokenOf = (config: Asked): string => config.headers['Authorization'] ?? '';

/** The session is over: the page for signing in says why. */
export function signOut(why: utils.Farewell, asked?: Asked): void {
  const userInfo = utils.getSession('userInfo');
  // An answer to a session that is no longer this tab's says nothing about the one that is.
  if (asked && userInfo && tokenOf(asked) !== `Bearer ${userInfo.token}`) return;
  utils.removeSession('userInfo');
  utils.setSession('farewell', why);
  goTo('/login/logout');
}
