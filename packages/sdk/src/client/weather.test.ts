import { seal } from '@trialogue/crypto';
import {
  id,
  type ClientFrame,
  type ClientMsgId,
  type Message,
  type MsgId,
  type ServerFrame,
  type SessionId,
} from '@trialogue/protocol';
import { ada, bo, tea } from '@trialogue/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { fullJitter } from '../connection/backoff.ts';
import { makeStep } from './client.ts';
import { SID, ring } from './fixture.ts';

const life = { minSeq: 1, logEpoch: 'e1', online: [] };
import { begin, dueAt, sendKey, type ClientEvent, type ClientState, type Effect } from './state.ts';

/**
 * Ada's client against a small model of a server, in a network that drops connections and frames, and doubles
 * and reorders what it carries. What it does comes from one seed.
 */
function weather(seed: number) {
  let chance = seed + 1;
  const random = () => (chance = (chance * 48_271) % 2_147_483_647) / 2_147_483_647;
  const step = makeStep({
    backoff: fullJitter(random),
    seal: (plaintext, to) => seal(plaintext, to),
    toDate: (at) => at,
  });
  const log: Message[] = [];
  const known = new Map<ClientMsgId, Message>();
  const received: number[] = [];
  const settled: string[] = [];
  const sentOrder: ClientMsgId[] = [];
  const mistakes: string[] = [];
  const arriving: ClientEvent[] = [];
  let subscribed: number | undefined;
  let isOpen = false;
  let isCalm = false;
  let now = 0;
  let isConnected = false;
  let state: ClientState = begin({
    wsAddr: 'ws://x',
    fromuid: ada.userId,
    dlgId: tea,
    dlgKey: ring(1),
    canAsk: false,
    sid: SID,
  });

  const happens = (probability: number) => !isCalm && random() < probability;

  function append(by: typeof ada, clientMsgId: ClientMsgId, content: string): Message {
    const seq = log.length + 1;
    const message = {
      seq,
      msgId: id<MsgId>(`m${seq}`),
      clientMsgId,
      fromuid: by.userId,
      content,
      sentAt: Math.round(now),
    };
    log.push(message);
    if (isOpen) say({ op: 'message', dlgId: tea, ...message });
    return message;
  }

  function say(frame: ServerFrame): void {
    if (!isConnected || happens(0.1)) return;
    const heard: ClientEvent = { type: 'heard', line: state.line, data: JSON.stringify(frame) };
    for (let copies = happens(0.1) ? 2 : 1; copies > 0; copies--) {
      arriving.splice(happens(0.05) ? 0 : arriving.length, 0, heard);
    }
  }

  function arrive(): void {
    for (let next = arriving.shift(); next; next = arriving.shift()) dispatch(next);
  }

  function serve(frame: ClientFrame): void {
    switch (frame.op) {
      case 'bind':
        return say({ op: 'bound', userId: ada.userId, sessionId: id<SessionId>('s'), expiresAt: 1 });
      case 'open':
        isOpen = true;
        return say({ op: 'opened', id: frame.id, dlgId: tea, head: log.length, readSeq: 0, dlgKey: ring(1), ...life });
      case 'history': {
        const list = log.filter(({ seq }) => seq > (frame.after ?? 0)).slice(0, 3);
        return say({
          op: 'page',
          id: frame.id,
          dlgId: tea,
          list,
          head: log.length,
          hasMore: false,
          minSeq: 1,
          logEpoch: 'e1',
        });
      }
      case 'send': {
        const { clientMsgId, content } = frame;
        if (happens(0.1))
          return say({ op: 'nack', dlgId: tea, clientMsgId, error: 'storage.unavailable', msg: 'Later.' });
        const before = known.get(clientMsgId);
        if (before && before.content !== content) mistakes.push(`${clientMsgId} came with other bytes`);
        const { seq, msgId, sentAt } = before ?? append(ada, clientMsgId, content);
        const stored = log[seq - 1];
        if (stored) known.set(clientMsgId, stored);
        return say({ op: 'ack', dlgId: tea, clientMsgId, seq, msgId, sentAt });
      }
      default: // The others ask for no answer.
    }
  }

  function dispatch(event: ClientEvent): void {
    const [after, ...effects] = step(state, event, now);
    state = after;
    for (const effect of effects) carry(effect);
  }

  function carry(effect: Effect): void {
    if (effect.do === 'dial') {
      isConnected = true;
      isOpen = false;
      arriving.push({ type: 'opened', line: effect.line });
      say({ op: 'hello', versions: [1], pingMs: 25_000, maxFrame: 1, serverTime: 1 });
    }
    if (effect.do === 'restore') arriving.push({ type: 'restored', uid: effect.uid, entries: [] });
    if (effect.do === 'hangUp') isConnected = false;
    if (effect.do === 'transmit' && isConnected && !happens(0.1)) serve(effect.frame);
    if (effect.do === 'settle') settled.push(effect.key);
    if (effect.do !== 'tell') return;
    if (effect.told.name === 'opened') subscribed ??= effect.told.detail.head;
    if (effect.told.name === 'message') received.push(effect.told.detail.seq);
    if (effect.told.name === 'error' && effect.told.detail.error !== 'sdk.unreachable')
      mistakes.push(effect.told.detail.msg);
  }

  function drop(): void {
    if (!isConnected) return;
    isConnected = false;
    dispatch({ type: 'lost', line: state.line, code: 1006 });
  }

  function pass(ms: number): void {
    const end = now + ms;
    let nextPing = now + 5_000;
    for (let rings = 0; ; rings++) {
      const due = Math.min(dueAt(state), nextPing);
      if (rings > 5_000) throw new Error('the client rings without end');
      if (due > end) break;
      now = Math.max(now, due);
      if (due === nextPing) {
        nextPing = now + 5_000;
        if (isConnected && isOpen) say({ op: 'ping', heads: [{ dlgId: tea, head: log.length }] });
        if (isConnected) say({ op: 'ping', heads: [] });
      } else {
        dispatch({ type: 'due' });
      }
      arrive();
    }
    now = end;
  }

  dispatch({ type: 'bindUser', credentials: { token: 't', uid: ada.userId } });
  dispatch({ type: 'start' });
  for (let turn = 0; turn < 40; turn++) {
    const what = random();
    const clientMsgId = id<ClientMsgId>(`c${turn}`);
    const sealed = { dlgId: tea, dlgKey: ring(1), clientMsgId };
    const plaintext = JSON.stringify({ type: 'text', text: `turn ${turn}` });
    if (what < 0.35) {
      sentOrder.push(clientMsgId);
      dispatch({ type: 'send', dlgId: tea, clientMsgId, content: seal(plaintext, { ...sealed, fromuid: ada.userId }) });
    } else if (what < 0.7) append(bo, clientMsgId, seal(plaintext, { ...sealed, fromuid: bo.userId }));
    else if (what < 0.8) drop();
    else pass(random() * 5_000);
    // Now and then, much happens before anything arrives.
    if (!happens(0.3)) arrive();
  }
  isCalm = true;
  arrive();
  pass(180_000);
  return { log, received, settled, sentOrder, mistakes, subscribed: subscribed ?? 0 };
}

test('in any weather: every message once, in order, without holes; every send stored once and settled once', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), (seed) => {
      const { log, received, settled, sentOrder, mistakes, subscribed } = weather(seed);
      expect(mistakes).toEqual([]);
      // I9, I12, I14: contiguous from the subscribe point, and up to the head once the weather is fine.
      expect(received).toEqual(log.slice(subscribed).map(({ seq }) => seq));
      // I4, I10: once, and in the order of sending.
      expect(log.filter(({ fromuid }) => fromuid === ada.userId).map(({ clientMsgId }) => clientMsgId)).toEqual(
        sentOrder,
      );
      // I27
      expect(settled).toEqual(sentOrder.map((clientMsgId) => sendKey({ dlgId: tea, clientMsgId })));
    }),
    { numRuns: 150 },
  );
});
