import type { DlgId, UserId } from '@trialogue/protocol';
import type { FromFrame, ToFrame } from '@trialogue/protocol/host';
import { onScopeDispose, shallowRef } from 'vue';

import { getConfig, getConversation, getDlgPage } from '../../http/api.ts';
import { ApiRefused, isCancelled } from '../../http/refusal.ts';
import { connect, ownWsAddress } from '../../lib/connect.ts';
import { followLinks } from '../../lib/going.ts';
import type { Host } from '../../lib/host.ts';
import { forgetCards, hostCards } from '../../lib/hostCards.ts';
import { imApp } from '../../lib/im.ts';
import { readHost } from '../../lib/readHost.ts';
import { wear } from '../../lib/theme.ts';
import { onIm } from '../../lib/useIm.ts';
import { getSession, lendSession, removeSession } from '../../utils/index.ts';
import { hostedEditor } from './hostedEditor.ts';

import './notes.css';
import type { Seat } from './seat.ts';
import { useHostKeys } from './useHostKeys.ts';
import { failed } from './useLink.ts';
import { useUnread } from './useUnread.ts';

const CONFIG_AGAIN_MS = 2_000;

/**
 * Takes a seat as the embedding page says: `transferUser` says who, `selectConversation` says where. The token is lent:
 * it is kept in memory, and when it has run out the page is told `unauthorized` and lends another.
 */
export function useFrame(host: Host) {
  const seat = shallowRef<Seat>({ name: 'waiting' });
  let me: UserId | undefined;
  let isBound = false;
  let isAnswerDue = false;
  let selected: DlgId | undefined;
  /** Counts what the page asked for; an answer to what it no longer wants is dropped. */
  let turn = 0;
  let handOver: ((token: string) => void) | undefined;
  const keys = useHostKeys(host);
  const { reset: forgetUnread, tell: tellUnread } = useUnread(host, () => selected);

  function hear(message: ToFrame): void {
    switch (message.action) {
      case 'transferUser':
        return void transferUser(message.payload);
      case 'selectConversation':
        return selectConversation(message.payload);
      case 'offer':
        return void (hostCards.offer = message.payload.card);
      case 'orders':
        return void (hostCards.orders = message.payload.cards);
      case 'takeLinks':
        return void (hostCards.takesLinks = true);
      case 'focusEditor':
        return hostedEditor.focus();
      case 'insertText':
        return hostedEditor.insert(message.payload.text);
      case 'send':
        return hostedEditor.send();
      case 'theme':
        return wear(message.payload);
      case 'watchKeys':
        return keys.watch(message.payload.keys);
    }
  }

  async function transferUser(user: TransferUser): Promise<void> {
    const { token, userId, urole } = user;
    turn += 1;
    const mine = turn;
    const isAnother = userId !== me;
    // Another user sees nothing of the one before: no socket, no row, no choice.
    if (isAnother) reset();
    if (isAnother && me !== undefined) forgetCards();
    me = userId;
    isAnswerDue = true;
    lendSession({ token, userId, urole: urole ?? 'service' });
    if (seat.value.name !== 'seated' && seat.value.name !== 'choosing') seat.value = { name: 'entering' };
    try {
      await getDlgPage({ size: 1 }, { keepSession: true });
    } catch (error) {
      if (mine !== turn || isCancelled(error)) return;
      if (error instanceof ApiRefused && error.code === 401) unauthorized(error.error);
      else {
        host.say(told(error));
        const seen = await failed(error, () => void transferUser(user));
        if (mine === turn) seat.value = seen;
      }
      return;
    }
    if (mine !== turn) return;
    if (handOver) handOver(token);
    else if (isBound) {
      // The token of the bound user, again or anew: the socket stays as it is, and there is no new `bound` to wait for.
      imApp.socket.bindUser({ token, uid: userId });
      bound();
    } else connect({ wsAddress: ownWsAddress(), userId, token, onBound: bound, getToken: borrowAgain });
    handOver = undefined;
  }

  function bound(): void {
    if (me === undefined) return;
    isBound = true;
    if (isAnswerDue) host.say({ action: 'bindUserSuccess', payload: { userId: me } });
    isAnswerDue = false;
    if (seat.value.name === 'seated') return;
    if (selected === undefined) seat.value = { name: 'choosing' };
    else void open(selected);
  }

  function selectConversation({ dlgId, isNotes = false }: SelectConversation): void {
    if (selected !== dlgId) hostedEditor.forget();
    document.documentElement.toggleAttribute('data-notes', isNotes);
    if (seat.value.name === 'seated' && seat.value.conversation.dlgId === dlgId) return;
    selected = dlgId;
    if (isBound) void open(dlgId);
  }

  async function open(dlgId: DlgId): Promise<void> {
    turn += 1;
    const mine = turn;
    seat.value = { name: 'entering' };
    try {
      // At once: what is fetched when it is shown then need not be fetched again because it was opened later.
      imApp.socket.updateConfig({ dlgId });
      const conversation = await getConversation(dlgId, { keepSession: true });
      if (mine !== turn) return;
      // The key that the page may have sent is not used: the server gives it to members, and to nobody else.
      imApp.socket.updateConfig({ dlgKey: conversation.dlgKey, dlgId });
      seat.value = { name: 'seated', conversation };
    } catch (error) {
      if (mine !== turn || isCancelled(error)) return;
      if (error instanceof ApiRefused && error.code === 401) return unauthorized(error.error);
      host.say(told(error));
      const seen = await failed(error, () => void open(dlgId));
      if (mine === turn) seat.value = seen;
    }
  }

  function unauthorized(error: string): void {
    removeSession('userInfo');
    imApp.socket.close();
    isBound = false;
    handOver = undefined;
    seat.value = { name: 'signedOut' };
    host.say({ action: 'unauthorized', payload: { error } });
  }

  function reset(): void {
    imApp.socket.close();
    isBound = false;
    selected = undefined;
    handOver = undefined;
    seat.value = { name: 'entering' };
    forgetUnread();
  }

  /** For the socket, when the lent token has run out: the page is asked for another. */
  function borrowAgain(): Promise<string> {
    host.say({ action: 'unauthorized', payload: { error: 'auth.expired' } });
    isBound = false;
    return new Promise((done) => (handOver = done));
  }

  // A server of several apps is told in the address of the frame whose pages may embed it.
  const given = new URLSearchParams(location.search).get('appId');
  const appId = given === null ? {} : { appId: given };
  async function admit(): Promise<void> {
    try {
      const { origins } = await getConfig(appId);
      host.admit(origins, readHost, hear);
    } catch {
      setTimeout(() => void admit(), CONFIG_AGAIN_MS);
    }
  }

  // What the HTTP layer does about a dead token leads to the page for signing in; in a frame that is the page around us.
  const stopGuard = followLinks(() => {
    if (getSession('userInfo') === undefined) unauthorized(getSession('farewell') ?? 'auth.invalid');
  });
  onIm('head', tellUnread);
  const tellActivity = ({ dlgId }: { dlgId: DlgId }) => host.say({ action: 'activity', payload: { dlgId } });
  onIm('head', tellActivity);
  onIm('message', tellActivity);
  onIm('outbox', (event) => event.state === 'sent' && tellActivity(event));
  onScopeDispose(() => {
    stopGuard();
    host.close();
    imApp.socket.close();
  });

  void admit();
  return seat;
}

type TransferUser = Extract<ToFrame, { action: 'transferUser' }>['payload'];
type SelectConversation = Extract<ToFrame, { action: 'selectConversation' }>['payload'];

const told = (error: unknown): FromFrame => ({
  action: 'error',
  payload:
    error instanceof ApiRefused
      ? { error: error.error, msg: error.message }
      : { error: 'network', msg: 'The server did not answer.' },
});
