import type { Envelope, Session } from '@trialogue/protocol/api';

import * as utils from '../utils/index.ts';
import type { UserInfo } from '../utils/index.ts';
import { axios } from './axios.ts';

/**
 * A newer token for the session that `stale` is of; none when the session is over.
 *
 * A refresh token works once, and using it twice ends the session: so the tabs of one browser take turns, and each
 * looks first whether another one has done it already.
 *
 * @throws when no answer came: the session may still live
 */
export async function renew(stale: UserInfo): Promise<UserInfo | undefined> {
  if (stale.refreshToken === undefined) return undefined;
  return inTurn(`userInfo:${stale.userId}:${stale.groupId ?? ''}`, async () => {
    const kept = utils.storedSession(stale);
    if (kept.token !== stale.token) {
      utils.setSession('userInfo', kept);
      return kept;
    }
    const answer = await axios.request<Envelope<Session>>({
      method: 'POST',
      url: '/api/v1/session/refresh',
      data: { refreshToken: kept.refreshToken },
      keepSession: true,
      isEnvelopeWanted: true,
    });
    if (answer.data.code !== 0) return undefined;
    const { token, refreshToken, expiresAt, userId, urole } = answer.data.data;
    const renewed: UserInfo = { ...kept, token, refreshToken, expiresAt, userId, urole };
    utils.setSession('userInfo', renewed);
    return renewed;
  });
}

let last: Promise<unknown> = Promise.resolve();

/** One at a time: in the whole browser where it has locks (pages by https), else in this tab. */
function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
  // Not in every context, whatever the types say: plain http pages have none.
  const locks = navigator.locks as LockManager | undefined;
  if (locks) return locks.request(name, work);
  const mine = last.then(work, work);
  last = mine.catch(() => undefined);
  return mine;
}
