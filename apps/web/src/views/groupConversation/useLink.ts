import { id, type DlgId, type UserId } from '@trialogue/protocol';
import { onScopeDispose, shallowRef, watch } from 'vue';

import { createSession, getConversation } from '../../http/api.ts';
import { signOut } from '../../http/index.ts';
import { ApiRefused, isCancelled } from '../../http/refusal.ts';
import { renew } from '../../http/renew.ts';
import { useAddress } from '../../lib/address.ts';
import { connect } from '../../lib/connect.ts';
import { goTo } from '../../lib/going.ts';
import { imApp } from '../../lib/im.ts';
import { useTicket } from '../../lib/ticket.ts';
import { refusalWords, t } from '../../utils/i18n/index.ts';
import { findSession, getSession, removeSession, setSession, type UserInfo } from '../../utils/index.ts';
import type { Seat } from './seat.ts';

/** A link that was opened before by this very user in this very browser is only a way back. */
const opensOnceOnly: ReadonlySet<string> = new Set(['ticket.used', 'ticket.expired']);

/** Takes a seat by the link in the address bar: `?groupId=…&userId=…`, with a ticket or a session of that user. */
export function useLink() {
  const address = useAddress();
  const seat = shallowRef<Seat>({ name: 'entering' });
  let turn = 0;
  /** Kept until the server has said yes or no to it. */
  let ticket: string | undefined;

  async function enter(): Promise<void> {
    turn += 1;
    const mine = turn;
    const { searchParams } = address.value;
    const [groupId, userId] = [searchParams.get('groupId'), searchParams.get('userId')];
    if (!groupId || !userId) {
      seat.value = { name: 'failed', why: t('linkIncomplete') };
      return;
    }
    seat.value = { name: 'entering' };
    try {
      const userInfo = await claim(id<DlgId>(groupId), id<UserId>(userId));
      if (!userInfo || mine !== turn) return;
      const conversation = await getConversation(id<DlgId>(groupId));
      if (mine !== turn) return;
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
      if (!isOver) seat.value = failed(error, () => void enter());
    }
  }

  /** The right to be this user here. None: the page for signing in has been gone to, and knows why. */
  async function claim(groupId: DlgId, userId: UserId): Promise<UserInfo | undefined> {
    ticket = useTicket() ?? ticket;
    setSession('wanted', address.value.pathname + address.value.search);
    let why = 'needed';
    if (ticket !== undefined) {
      try {
        const userInfo: UserInfo = { ...(await createSession({ groupId, userId, ticket })), groupId };
        ticket = undefined;
        setSession('userInfo', userInfo);
        return userInfo;
      } catch (error) {
        // Too many at once, or a server that goes away: that says nothing about the ticket. It is tried again.
        if (!(error instanceof ApiRefused) || error.code !== 401) throw error;
        ticket = undefined;
        why = error.error;
      }
    }
    const held = why === 'needed' || opensOnceOnly.has(why) ? findSession(userId, groupId) : undefined;
    if (held) {
      setSession('userInfo', held);
      return held;
    }
    setSession('farewell', why);
    goTo(why === 'needed' ? '/login' : '/login/logout', { replace: true });
    return undefined;
  }

  const go = () => {
    ticket = undefined;
    return enter();
  };
  // Who waits before a page that could not be loaded need not ask again.
  const enterAgain = () => {
    if (seat.value.name === 'failed') seat.value.again?.();
  };
  addEventListener('online', enterAgain);
  watch(() => address.value.search, go, { immediate: true });
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
export function failed(error: unknown, again: () => void): Seat {
  if (!(error instanceof ApiRefused)) return { name: 'failed', why: t('networkFailed'), again };
  const why = refusalWords(error.error);
  // Asking again would be refused again.
  if (error.error === 'conversation.not_member') return { name: 'failed', why };
  return { name: 'failed', why, again };
}
