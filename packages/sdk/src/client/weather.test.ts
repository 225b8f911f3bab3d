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
import { due, makeStep, ofLine, send, start } from './client.ts';
import { SID, ring } from './fixture.ts';
import { hear } from './hear.ts';
import { bindUser, move } from './link.ts';
import { begin, dueAt, sendKey, type ClientState, type Outside } from './state.ts';
import type { Happening } from './turn.ts';
import { restored } from './waiting.ts';

const life = { minSeq: 1, logEpoch: 'e1', online: [] };

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
  const arriving: Happening[] = [];
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
    const heard = ofLine(state.line, (turn) => hear(turn, JSON.stringify(frame)));
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

  function dispatch(happening: Happening): void {
    const turn = step(state, happening, now);
    state = turn;
    for (const effect of turn.effects) effect(outside);
  }

  const outside: Outside = {
    dial(line) {
      isConnected = true;
      isOpen = false;
      arriving.push(ofLine(line, (turn) => move(turn, { type: 'opened' })));
      say({ op: 'hello', versions: [1], pingMs: 25_000, maxFrame: 1, serverTime: 1 });
    },
    hangUp: () => (isConnected = false),
    askToken() {},
    transmit(frame) {
      if (isConnected && !happens(0.1)) serve(frame);
    },
    tell({ name, detail }) {
      if (name === 'opened') subscribed ??= detail.head;
      if (name === 'message') received.push(detail.seq);
      if (name === 'error' && detail.error !== 'sdk.unreachable') mistakes.push(detail.msg);
    },
    restore: (uid) => arriving.push((turn) => restored(turn, uid, [])),
    keep() {},
    forget() {},
    share() {},
    settle: (key) => settled.push(key),
  };

  function drop(): void {
    if (!isConnected) return;
    isConnected = false;
    dispatch(ofLine(state.line, (turn) => move(turn, { type: 'lost', code: 1006 })));
  }

  function pass(ms: number): void {
    const end = now + ms;
    let nextPing = now + 5_000;
    for (let rings = 0; ; rings++) {
      const next = Math.min(dueAt(state), nextPing);
      if (rings > 5_000) throw new Error('the client rings without end');
      if (next > end) break;
      now = Math.max(now, next);
      if (next === nextPing) {
        nextPing = now + 5_000;
        if (isConnected && isOpen) say({ op: 'ping', heads: [{ dlgId: tea, head: log.length }] });
        if (isConnected) say({ op: 'ping', heads: [] });
      } else {
        dispatch(due);
      }
      arrive();
    }
    now = end;
  }

  dispatch((turn) => bindUser(turn, { token: 't', uid: ada.userId }));
  dispatch(start);
  for (let turn = 0; turn < 40; turn++) {
    const what = random();
    const clientMsgId = id<ClientMsgId>(`c${turn}`);
    const sealed = { dlgId: tea, dlgKey: ring(1), clientMsgId };
    const plaintext = JSON.stringify({ type: 'text', text: `turn ${turn}` });
    if (what < 0.35) {
      sentOrder.push(clientMsgId);
      const content = seal(plaintext, { ...sealed, fromuid: ada.userId });
      dispatch((client) => send(client, { dlgId: tea, clientMsgId, content }));
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
