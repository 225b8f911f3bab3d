import { printKeyring, seal } from '@trialogue/crypto';
import {
  id,
  type ClientMsgId,
  type DlgId,
  type Message,
  type MsgId,
  type Page,
  type RefusalName,
  type SessionId,
  type Sid,
} from '@trialogue/protocol';
import { ada, bo, fakeClock, fakeTransport, tea } from '@trialogue/testkit';

import type { ImEventName, ImEvents, Told } from '../events.ts';
import { storeInMemory, type OutboxStore } from '../outbox/store.ts';
import { onlyTab, type Tabs } from '../outbox/tabs.ts';
import { checkedConfig, openSession } from '../session.ts';
import type { ImConfig } from '../socket.ts';

/** For tests: a ring with these epochs. The same epoch always has the same key. */
export const ring = (...epochs: number[]): string =>
  printKeyring(new Map(epochs.map((epoch) => [epoch, new Uint8Array(32).fill(epoch)])));

export const SID = id<Sid>('sid-of-adas-client');

/** What Bo said at this place of the conversation. */
export function said(
  seq: number,
  { by = bo.userId, dlgId = tea, under = ring(1), text = `message ${seq}` } = {},
): Message {
  const clientMsgId = id<ClientMsgId>(`bo-${seq}`);
  const content = seal(JSON.stringify({ type: 'text', text }), { dlgId, dlgKey: under, fromuid: by, clientMsgId });
  return { seq, msgId: id<MsgId>(`m${seq}`), clientMsgId, fromuid: by, content, sentAt: 1_000 + seq };
}

/** Ada's client, with the test in the place of server, network, clock and chance. */
export async function adasClient(
  changes: Partial<ImConfig> = {},
  { store = storeInMemory(), tabs = onlyTab, date = 0 }: { store?: OutboxStore; tabs?: Tabs; date?: number } = {},
) {
  const clock = fakeClock();
  const transport = fakeTransport();
  const told: Told[] = [];
  let wake = () => {};
  const config: ImConfig = {
    wsAddr: 'ws://im.test/ws',
    dlgId: tea,
    dlgKey: ring(1),
    user: { fromuid: ada.userId },
    ...changes,
  };
  const session = openSession(
    { ...checkedConfig(config), sid: SID },
    {
      dial: transport.dial,
      clock,
      wakes: (call) => {
        wake = call;
        return () => {};
      },
      random: () => 0.5,
      store,
      tabs,
      date: () => date,
      tell: (one) => void told.push(one),
      getToken: config.getToken,
    },
  );

  const heard = <Name extends ImEventName>(name: Name): ImEvents[Name][] =>
    told.flatMap((one) => (one.name === name ? [one.detail as ImEvents[Name]] : []));
  const it = {
    clock,
    session,
    told,
    wake: () => wake(),
    /** Every detail of this event so far. */
    heard,
    seqs: () => heard('message').map(({ seq }) => seq),
    get line() {
      return transport.line;
    },
    lines: transport.lines,

    greet() {
      transport.line.opens();
      transport.line.says({ op: 'hello', versions: [1], pingMs: 25_000, maxFrame: 65_536, serverTime: 1 });
      return it;
    },
    bind() {
      session.bindUser({ token: 'token of Ada', uid: ada.userId });
      return it;
    },
    bound() {
      transport.line.says({ op: 'bound', userId: ada.userId, sessionId: id<SessionId>('s'), expiresAt: 9_000 });
      return it;
    },
    opened(head: number, { dlgKey = ring(1), readSeq = 0, minSeq = 1, logEpoch = 'e1' } = {}) {
      const { id: ask, dlgId } = transport.line.last('open');
      transport.line.says({ op: 'opened', id: ask, dlgId, head, readSeq, dlgKey, minSeq, logEpoch, online: [] });
      return it;
    },
    /** From nothing to live in the conversation. */
    comeUp(head = 0) {
      return it.greet().bind().bound().opened(head);
    },
    /** The network drops, and the client is bound and open again. */
    comeBack(head: number) {
      transport.line.loses();
      clock.advance(30_000);
      return it.greet().bound().opened(head);
    },
    message(seq: number, of: Parameters<typeof said>[1] & { dlgId?: DlgId } = {}) {
      transport.line.says({ op: 'message', dlgId: of.dlgId ?? tea, ...said(seq, of) });
      return it;
    },
    ack(seq: number, repeated = false) {
      const { dlgId, clientMsgId } = transport.line.last('send');
      const stored = { seq, msgId: id<MsgId>(`m${seq}`), sentAt: 1_000 + seq };
      transport.line.says({ op: 'ack', dlgId, clientMsgId, ...stored, ...(repeated && { repeated }) });
      return stored;
    },
    nack(error: RefusalName, retryAfterMs?: number) {
      const { id: tried = 0, dlgId, clientMsgId } = transport.line.last('send');
      const wait = retryAfterMs === undefined ? {} : { retryAfterMs };
      transport.line.says({ op: 'nack', id: tried, dlgId, clientMsgId, error, msg: 'No.', ...wait });
      return it;
    },
    page(seqs: number[], head: number, about: Partial<Page> = {}) {
      const { id: ask, dlgId } = transport.line.last('history');
      const page: Page = {
        list: seqs.map((seq) => said(seq)),
        head,
        hasMore: (seqs.at(-1) ?? head) < head,
        minSeq: 1,
        logEpoch: 'e1',
        ...about,
      };
      transport.line.says({ op: 'page', id: ask, dlgId, ...page });
      return it;
    },
  };
  await settled();
  return it;
}

/** Lets what was asked of the store and of other tabs come back. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
