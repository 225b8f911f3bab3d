import { onScopeDispose, shallowRef, watch } from 'vue';

import { signOut } from '../../http/index.ts';
import { ApiRefused, isCancelled } from '../../http/refusal.ts';
import { renew } from '../../http/renew.ts';
import { useAddress } from '../../lib/address.ts';
import { connect } from '../../lib/connect.ts';
import { goTo } from '../../lib/going.ts';
import { imApp } from '../../lib/im.ts';
import { refusalWords, t, tryWords } from '../../utils/i18n/index.ts';
import { getSession, removeSession } from '../../utils/index.ts';
import { arrive } from './arrival.ts';
import type { Seat } from './seat.ts';

/** Takes a seat by the link in the address bar: `?groupId=…&userId=…`, with a ticket or a session of that user. */
export function useLink() {
  const address = useAddress();
  const seat = shallowRef<Seat>({ name: 'entering' });
  let turn = 0;

  async function enter(): Promise<void> {
    turn += 1;
    const mine = turn;
    seat.value = { name: 'entering' };
    try {
      const arrival = await arrive(address.value);
      if (mine !== turn) return;
      if (arrival.name === 'away') return goTo(arrival.path, { replace: true });
      if (arrival.name === 'incomplete') return void (seat.value = { name: 'failed', why: t('linkIncomplete') });
      const { userInfo, conversation } = arrival;
      removeSession('farewell');
      removeSession('wanted');
      seat.value = { name: 'seated', conversation };
      connect({
        wsAddress: conversation.wsAddress,
        userId: conversation.userId,
        token: getSession('userInfo')?.token ?? userInfo.token,
        profile: { name: conversation.userName, avatar: conversation.avatar, remark: conversation.remark },
        conversation,
        onBound: () => undefined,
        getToken: newToken,
      });
    } catch (error) {
      if (mine !== turn || isCancelled(error)) return;
      const isOver = error instanceof ApiRefused && error.code === 401;
      if (isOver) return;
      const seen = await failed(error, () => void enter());
      if (mine === turn) seat.value = seen;
    }
  }

  // Who waits before a page that could not be loaded need not ask again.
  const enterAgain = () => {
    if (seat.value.name === 'failed') seat.value.again?.();
  };
  addEventListener('online', enterAgain);
  watch(() => address.value.search, enter, { immediate: true });
  onScopeDispose(() => {
    removeEventListener('online', enterAgain);
    turn += 1;
    imApp.socket.close();
  });
  return seat;
}

const ASK_AGAIN_MS = 3_000;

/** For the socket, when its token has run out. That nobody answers does not mean that the session is over. */
async function newToken(): Promise<string> {
  const userInfo = getSession('userInfo');
  try {
    const renewed = userInfo && (await renew(userInfo));
    if (renewed) return renewed.token;
  } catch {
    await new Promise((done) => setTimeout(done, ASK_AGAIN_MS));
    return newToken();
  }
  signOut('auth.expired');
  return '';
}

/** What went wrong, for the reader. */
export async function failed(error: unknown, again: () => void): Promise<Seat> {
  if (!(error instanceof ApiRefused)) return { name: 'failed', why: t('networkFailed'), again };
  // Where they cannot be fetched, the name of the refusal must do.
  await tryWords('trouble');
  const why = refusalWords(error.error);
  // Asking again would be refused again.
  if (error.error === 'conversation.not_member') return { name: 'failed', why };
  return { name: 'failed', why, again };
}
