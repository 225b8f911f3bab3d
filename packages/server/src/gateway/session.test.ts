import {
  id,
  limits,
  type Limits,
  type ClientFrame,
  type ClientMsgId,
  type DlgId,
  type MsgId,
  type ServerFrame,
  type SessionId,
  type Sid,
} from '@trialogue/protocol';
import { ada, bo, mal, shop, tea } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import type { SignedIn } from '../access/signIn.ts';
import { heard, type Effect, type SessionEvent } from './events.ts';
import { arriving, dueAt, step, type Session } from './session.ts';
import { frameOf } from './wire.ts';

const session1 = id<SessionId>('session-1');
const adaHere: SignedIn = { appId: shop, userId: ada.userId, sessionId: session1, expiresAt: 900_000 };

const opened: SessionEvent = { type: 'opened', serverTime: 1_000 };
const says = (frame: ClientFrame): SessionEvent => heard(JSON.stringify(frame));
const hello = says({ op: 'bind', token: 'token', uid: ada.userId });
const proved: SessionEvent = { type: 'authenticated', call: 0, who: adaHere, validMs: 900_000 };
const tick: SessionEvent = { type: 'tick' };
const after = (ms: number): Wait => ({ wait: ms });

interface Wait {
  wait: number;
}

/** Lets one socket live through a story, and remembers what it was seen to do. */
class Life {
  now = 0;
  session: Session = arriving(limits, 0.5);
  effects: Effect[] = [];
  path = 'arriving';

  constructor(...story: (SessionEvent | Wait)[]) {
    this.live(...story);
  }

  live(...story: (SessionEvent | Wait)[]): this {
    for (const event of story) {
      if ('wait' in event) {
        this.now += event.wait;
        continue;
      }
      const [session, ...effects] = step(this.session, event, this.now);
      const name = session.name === 'closed' && session.code ? `closed ${session.code}` : session.name;
      if (session.name !== this.session.name) this.path += ` → ${name}`;
      this.session = session;
      this.effects.push(...effects);
    }
    return this;
  }

  /** What went out since this was asked last. */
  sent(): ServerFrame[] {
    return this.done('transmit').map(({ frame }) => frameOf(frame));
  }

  done<Type extends Effect['type']>(type: Type): (Effect & { type: Type })[] {
    const found = this.effects.filter((effect) => effect.type === type);
    this.effects = this.effects.filter((effect) => effect.type !== type);
    return found as (Effect & { type: Type })[];
  }
}

const play = (...story: (SessionEvent | Wait)[]): string => new Life(...story).path;
const bound = (its = limits as Limits) => {
  const life = new Life();
  life.session = arriving(its, 0.5);
  life.live(opened, hello, proved);
  life.effects = [];
  return life;
};

const message = (seq: number, dlgId: DlgId = tea): SessionEvent => ({
  type: 'message',
  frame: liveMessage(seq, dlgId),
});
const liveMessage = (seq: number, dlgId: DlgId = tea) => ({
  op: 'message' as const,
  dlgId,
  seq,
  msgId: id<MsgId>(`m${seq}`),
  clientMsgId: id<ClientMsgId>(`c${seq}`),
  fromuid: ada.userId,
  content: 'IM1.x',
  sentAt: seq,
});
const entered = (call: number, head: number): SessionEvent => ({
  type: 'entered',
  call,
  dlgId: tea,
  head,
  readSeq: 0,
  dlgKey: 'key-1',
  minSeq: 1,
  logEpoch: 'e1',
  online: [ada.userId],
});
const refusedEntry = (call: number): SessionEvent => ({
  type: 'notEntered',
  call,
  dlgId: tea,
  refusal: 'conversation.not_member',
  says: 'no',
});
const sendOf = (name: string): SessionEvent =>
  says({ op: 'send', dlgId: tea, clientMsgId: id<ClientMsgId>(name), content: 'IM1.x' });
const seqs = (frames: ServerFrame[]) => frames.flatMap((frame) => (frame.op === 'message' ? [frame.seq] : []));
const ops = (frames: ServerFrame[]) => frames.map((frame) => frame.op).join(' ');

describe('coming in', () => {
  test('Ada says who she is and is bound', () => {
    const life = new Life(opened, hello, proved);
    expect(life.path).toBe('arriving → greeting → binding → bound');
    expect(ops(life.sent())).toBe('hello bound');
    expect(life.done('authenticate')).toEqual([{ type: 'authenticate', call: 0, token: 'token' }]);
    expect(life.done('admit')).toEqual([{ type: 'admit', who: adaHere }]);
  });

  test('who says nothing is sent away after five seconds, and not before', () => {
    expect(play(opened, after(limits.bindMs - 1), tick)).toBe('arriving → greeting');
    expect(play(opened, after(limits.bindMs), tick)).toBe('arriving → greeting → closed 4401');
  });

  test.each([
    [-1, 'arriving → greeting → binding'],
    [0, 'arriving → greeting → binding'],
    [1, 'arriving → greeting → closed 4401'],
  ])('a bind of 4 KiB %d bytes: %s', (more, path) => {
    const text = JSON.stringify({ op: 'bind', token: 'token', uid: ada.userId });
    const padding = ' '.repeat(limits.unboundFrameBytes + more - text.length);
    expect(play(opened, heard(text + padding))).toBe(path);
  });

  test('Mal cannot come in as Ada with his own token', () => {
    const malHere = { ...adaHere, userId: mal.userId };
    const life = new Life(opened, hello, { type: 'authenticated', call: 0, who: malHere, validMs: 1 });
    expect(life.path).toBe('arriving → greeting → binding → closed 4401');
    expect(life.done('close')).toEqual([{ type: 'close', reason: 'signInNeeded', says: 'auth.wrong_user' }]);
    expect(life.done('admit')).toEqual([]);
  });

  test('a token that is not good closes with the name of the refusal', () => {
    const life = new Life(opened, hello, { type: 'notAuthenticated', call: 0, refusal: 'auth.expired' });
    expect(life.path).toBe('arriving → greeting → binding → closed 4401');
    expect(life.done('close')[0]?.says).toBe('auth.expired');
  });

  test('a storage that cannot say whether the token is good sends her elsewhere', () => {
    expect(play(opened, hello, { type: 'failed' })).toBe('arriving → greeting → binding → closed 4503');
    expect(play(opened, hello, after(10_000), tick)).toBe('arriving → greeting → binding → closed 4503');
  });

  test.each<ClientFrame>([
    { op: 'open', id: 1, dlgId: tea },
    { op: 'send', dlgId: tea, clientMsgId: id<ClientMsgId>('c'), content: 'x' },
    { op: 'auth', token: 'token' },
    { op: 'read', dlgId: tea, seq: 1 },
  ])('before she is bound $op is not taken', (frame) => {
    expect(play(opened, says(frame))).toBe('arriving → greeting → closed 4401');
    expect(play(opened, hello, says(frame))).toBe('arriving → greeting → binding → closed 4401');
    expect(play(opened, says({ op: 'pong' }), hello, says({ op: 'pong' }))).toBe('arriving → greeting → binding');
  });

  test('an odd frame closes and names the place', () => {
    const life = new Life(opened, heard('{"op":"bind","token":7,"uid":"ada"}'));
    expect(life.path).toBe('arriving → greeting → closed 4501');
    expect(life.done('close')[0]?.says).toBe('frame.token: expected text');
    expect(bound().live(heard('{"op":"open","id":-1,"dlgId":"tea"}')).done('close')[0]?.says).toMatch(/^frame\.id: /);
    expect(bound().live(heard('nonsense')).done('close')[0]?.says).toBe('frame: expected JSON');
    expect(bound().live(hello).path).toMatch(/closed 4501$/);
  });

  test('after the end nothing has any effect', () => {
    const life = bound().live({ type: 'lost' });
    life.effects = [];
    life.live(opened, hello, proved, tick, message(1), { type: 'choked' }, { type: 'drain', inMs: 0 });
    expect(life.effects).toEqual([]);
    expect(dueAt(life.session)).toBeUndefined();
  });
});

describe('the newer socket of a client', () => {
  const sid = id<Sid>('client-of-ada-00');
  const bindAs = (fence: number) => says({ op: 'bind', token: 'token', uid: ada.userId, sid, fence });

  test('the first one takes nobody’s place, and nothing is written for it', () => {
    const life = new Life(opened, bindAs(1), proved);
    expect(ops(life.sent())).toBe('hello bound');
    expect(life.done('takeOver')).toEqual([]);
    expect(life.done('admit')).toEqual([{ type: 'admit', who: { ...adaHere, client: { sid, fence: 1 } } }]);
  });

  test('is not bound before the older ones can store nothing any more (I28)', () => {
    const life = new Life(opened, bindAs(2), proved);
    const who = { ...adaHere, client: { sid, fence: 2 } };
    expect(life.path).toBe('arriving → greeting → binding');
    expect(life.done('takeOver')).toEqual([{ type: 'takeOver', call: 0, who }]);
    expect(life.live({ type: 'tookOver', call: 0, isNewest: true }).path).toMatch(/binding → bound$/);
    expect(life.done('admit')).toEqual([{ type: 'admit', who }]);
  });

  test('that is not the newest is itself sent away with 4509 (§5.12)', () => {
    const life = new Life(opened, bindAs(2), proved, { type: 'tookOver', call: 0, isNewest: false });
    expect(life.path).toMatch(/binding → closed 4509$/);
    expect(life.done('admit')).toEqual([]);
  });

  test('of another user takes over nothing', () => {
    const malHere = { ...adaHere, userId: mal.userId };
    const life = new Life(opened, bindAs(2), { type: 'authenticated', call: 0, who: malHere, validMs: 1 });
    expect(life.done('takeOver')).toEqual([]);
    expect(life.path).toMatch(/closed 4401$/);
  });

  test('while it waits, a token that ends and a storage that hangs end it as before', () => {
    expect(play(opened, bindAs(2), proved, after(10_000), tick)).toMatch(/closed 4503$/);
    const late = new Life(opened, bindAs(2), { ...proved, validMs: 0 }, after(9_000));
    late.live({ type: 'tookOver', call: 0, isNewest: true }, after(16_000), tick);
    expect(late.path).toMatch(/bound → closed 4401$/);
  });

  test('closes the older ones, wherever they are, and only those (I28)', () => {
    const second = () => new Life(opened, bindAs(2), proved, { type: 'tookOver', call: 0, isNewest: true });
    const replacedBy = (client: { sid: Sid; fence: number }): SessionEvent => ({ type: 'replaced', client });
    expect(second().live(replacedBy({ sid, fence: 3 })).path).toMatch(/bound → closed 4509$/);
    expect(second().live(replacedBy({ sid, fence: 2 })).session.name).toBe('bound');
    expect(second().live(replacedBy({ sid: id<Sid>('another-tab-of-hers'), fence: 9 })).session.name).toBe('bound');
    expect(bound().live(replacedBy({ sid, fence: 9 })).session.name).toBe('bound');
    const leaving = second().live({ type: 'drain', inMs: 0 }, sendOf('a'), tick, replacedBy({ sid, fence: 3 }));
    expect(leaving.path).toMatch(/leaving → closed 4509$/);
  });

  test('is still the same client under a newer token', () => {
    const life = new Life(opened, bindAs(1), proved, says({ op: 'auth', token: 'newer' }));
    life.live({ type: 'authenticated', call: 1, who: adaHere, validMs: 900_000 });
    expect(life.done('admit').at(-1)).toEqual({ type: 'admit', who: { ...adaHere, client: { sid, fence: 1 } } });
  });

  test('is met by the older one, whom no word reached, with its next send: told no, and closed (I28)', () => {
    const life = new Life(opened, bindAs(1), proved, sendOf('a'));
    life.effects = [];
    const refusal = 'socket.replaced';
    life.live({ type: 'notAppended', call: 1, dlgId: tea, clientMsgId: id<ClientMsgId>('a'), refusal, says: 'no' });
    expect(life.sent()).toMatchObject([{ op: 'nack', error: 'socket.replaced' }]);
    expect(life.path).toMatch(/bound → closed 4509$/);
  });

  test.each(['{"sid":"client-of-ada-00"}', '{"fence":1}'])('half of a name is none: %s', (half) => {
    const bind = { op: 'bind', token: 'token', uid: ada.userId, ...JSON.parse(half) };
    const life = new Life(opened, heard(JSON.stringify(bind)));
    expect(life.path).toBe('arriving → greeting → closed 4501');
  });

  test('one that has to make room is told so (§8)', () => {
    const life = bound().live({ type: 'crowdedOut' });
    expect(life.done('close')).toEqual([{ type: 'close', reason: 'replaced', says: 'at most 10 sockets of one user' }]);
  });
});

describe('staying', () => {
  test('is pinged, answers, and stays', () => {
    const life = bound().live(after(limits.pingMs), tick);
    expect(ops(life.sent())).toBe('ping');
    life.live(after(limits.pongMs - 1), says({ op: 'pong' }), after(1), tick);
    expect(life.session.name).toBe('bound');
  });

  test('does not answer a ping within ten seconds and is given up (I26)', () => {
    const life = bound().live(after(limits.pingMs), tick, after(limits.pongMs - 1), tick);
    expect(life.session.name).toBe('bound');
    expect(life.live(after(1), tick).path).toMatch(/bound → closed 4012$/);
  });

  test('that is pinged again before the first ping is due is given up all the same', () => {
    const often = { ...limits, pingMs: 4_000 };
    const life = bound(often).live(after(4_000), tick, after(4_000), tick, after(limits.pongMs - 4_000 - 1), tick);
    expect(life.session.name).toBe('bound');
    expect(life.live(after(1), tick).path).toMatch(/bound → closed 4012$/);
  });

  test.each([
    [0, 22_500],
    [0.5, 25_000],
    [1, 27_500],
  ])('with the jitter %d the first ping is due after %d ms', (jitter, ms) => {
    let session = arriving(limits, jitter);
    for (const event of [opened, hello, proved]) [session] = step(session, event, 0);
    expect(dueAt(session)).toBe(ms);
  });

  test('a token ends 25 s after its time, unless a newer one of the same user came (§5.2)', () => {
    const old = new Life(opened, hello, { ...proved, validMs: 0 }, after(24_999), tick);
    expect(old.session.name).toBe('bound');
    expect(old.live(after(1), tick).path).toMatch(/bound → closed 4401$/);

    const renewed = new Life(opened, hello, { ...proved, validMs: 0 }, says({ op: 'auth', token: 'newer' }));
    renewed.live({ type: 'authenticated', call: 1, who: adaHere, validMs: 900_000 }, after(25_000), tick);
    expect(renewed.session.name).toBe('bound');
    expect(ops(renewed.sent())).toBe('hello bound bound ping');
  });

  test.each([
    ['another user', { ...adaHere, userId: mal.userId }],
    ['a link to one conversation', { ...adaHere, onlyDlg: tea }],
  ])('a newer token of %s is not the same session', (_, who) => {
    const life = bound().live(says({ op: 'auth', token: 't' }), { type: 'authenticated', call: 1, who, validMs: 9 });
    expect(life.path).toMatch(/bound → closed 4401$/);
  });

  test('only the newest of two renewals counts', () => {
    const life = bound().live(says({ op: 'auth', token: 'a' }), says({ op: 'auth', token: 'b' }));
    expect(life.live({ type: 'notAuthenticated', call: 1, refusal: 'auth.invalid' }).session.name).toBe('bound');
    expect(life.live({ type: 'notAuthenticated', call: 2, refusal: 'auth.invalid' }).path).toMatch(/closed 4401$/);
  });

  test('a revoked session ends at once, another session of the same user does not (I22)', () => {
    const other = id<SessionId>('session-2');
    const life = bound().live({ type: 'revoked', sessionIds: [other] });
    expect(life.session.name).toBe('bound');
    life.live({ type: 'revoked', sessionIds: [other, session1] });
    expect(life.done('close')).toEqual([{ type: 'close', reason: 'signInNeeded', says: 'auth.revoked' }]);
  });

  test('a socket that does not read is closed, never skipped (I25)', () => {
    expect(bound().live({ type: 'choked' }).path).toMatch(/bound → closed 4008$/);
  });
});

describe('following a conversation', () => {
  const open = (requestId = 1): SessionEvent => says({ op: 'open', id: requestId, dlgId: tea });

  test('notices are asked for before the head is looked at', () => {
    const life = bound().live(open());
    expect(life.effects.map(({ type }) => type)).toEqual(['follow', 'enter']);
  });

  test('live messages follow the head without a hole (I9)', () => {
    const life = bound().live(open(), entered(1, 7), message(8), message(9));
    expect(life.sent()).toMatchObject([{ op: 'opened', id: 1, head: 7 }, { seq: 8 }, { seq: 9 }]);
  });

  test('a message between subscription and head is neither lost nor doubled, whichever way it falls', () => {
    // Committed before the head was read, told before and after the answer.
    expect(seqs(bound().live(open(), message(8), entered(1, 8), message(9)).sent())).toEqual([9]);
    expect(seqs(bound().live(open(), entered(1, 8), message(8), message(9)).sent())).toEqual([9]);
    // Committed after the head was read, told before the answer.
    expect(seqs(bound().live(open(), message(8), message(9), entered(1, 7), message(10)).sent())).toEqual([8, 9, 10]);
    expect(seqs(bound().live(open(), message(9), message(8), entered(1, 7)).sent())).toEqual([8, 9]);
  });

  test('opened comes before the first live message', () => {
    expect(ops(bound().live(open(), message(8), entered(1, 7)).sent())).toBe('opened message');
  });

  test('a notice that was lost on the way in is read from the log', () => {
    const life = bound().live(open(), message(9), entered(1, 7));
    expect(seqs(life.sent())).toEqual([]);
    expect(life.done('readAfter')).toEqual([{ type: 'readAfter', dlgId: tea, after: 7 }]);
    life.live({ type: 'caughtUp', dlgId: tea, messages: [liveMessage(8)] }, message(10));
    expect(seqs(life.sent())).toEqual([8, 9, 10]);
  });

  test('a doubled notice goes out once, a lost one is read, a late one is dropped (I9, I35)', () => {
    const life = bound().live(open(), entered(1, 0), message(1), message(1), message(3));
    expect(seqs(life.sent())).toEqual([1]);
    expect(life.done('readAfter')).toEqual([{ type: 'readAfter', dlgId: tea, after: 1 }]);
    life.live(message(4), { type: 'caughtUp', dlgId: tea, messages: [liveMessage(2), liveMessage(3)] }, message(2));
    expect(seqs(life.sent())).toEqual([2, 3, 4]);
    expect(life.done('readAfter')).toEqual([]);
  });

  test('a log that is not there yet is asked again, and after ten seconds the client goes elsewhere', () => {
    const life = bound().live(open(), entered(1, 0), message(2), { type: 'caughtUp', dlgId: tea, messages: [] });
    life.effects = [];
    const due = dueAt(life.session) ?? 0;
    expect(due).toBe(250);
    expect(life.live(after(due), tick).done('readAfter')).toHaveLength(1);
    life.live({ type: 'notCaughtUp', dlgId: tea }, after(10_000), tick);
    expect(life.path).toMatch(/closed 4503$/);
  });

  test('a crowd of early messages is not kept but read', () => {
    const crowd = Array.from({ length: 200 }, (_, at) => message(at + 1));
    const life = bound().live(open(), ...crowd, entered(1, 0));
    expect(seqs(life.sent())).toHaveLength(64);
    expect(life.done('readAfter')).toEqual([{ type: 'readAfter', dlgId: tea, after: 64 }]);
    const rest = Array.from({ length: 136 }, (_, at) => liveMessage(at + 65));
    expect(seqs(life.live({ type: 'caughtUp', dlgId: tea, messages: rest }, message(201)).sent())).toHaveLength(137);
  });

  test('who asks again is answered by a look that began after the question: the one under way may lack the newest key', () => {
    const life = bound().live(open(1), open(2), open(3));
    expect(life.done('enter')).toMatchObject([{ call: 1 }]);
    expect(life.live(entered(1, 3)).sent()).toMatchObject([{ op: 'opened', id: 1, dlgKey: 'key-1' }]);
    expect(life.done('enter')).toMatchObject([{ call: 2 }]);
    expect(life.live({ ...entered(2, 3), dlgKey: 'key-2' } as SessionEvent).sent()).toMatchObject([
      { op: 'opened', id: 2, dlgKey: 'key-2' },
      { op: 'opened', id: 3, dlgKey: 'key-2' },
    ]);
    expect(life.live(entered(1, 3), entered(2, 3)).done('enter')).toEqual([]);
    expect(life.sent()).toEqual([]);
  });

  test('a refusal, too, is of the question that it came after', () => {
    const away = bound().live(open(1), open(2), refusedEntry(1));
    expect(away.sent()).toMatchObject([{ op: 'refused', id: 1 }]);
    expect(away.effects.splice(0).map(({ type }) => type)).toEqual(['follow', 'enter', 'unfollow', 'follow', 'enter']);
    expect(ops(away.live(entered(2, 1), message(2)).sent())).toBe('opened message');

    const inside = bound().live(open(1), entered(1, 0), open(2), open(3));
    inside.live({ ...refusedEntry(2), refusal: 'storage.unavailable' } as SessionEvent);
    expect(inside.sent()).toMatchObject([{ id: 1 }, { op: 'refused', id: 2 }]);
    expect(ops(inside.live(message(1), entered(3, 1)).sent())).toBe('message opened');
  });

  test('opening again changes nothing of the flow', () => {
    const life = bound().live(open(1), entered(1, 3), message(4), open(3), message(5), entered(2, 4), message(6));
    const frames = life.sent();
    expect(seqs(frames)).toEqual([4, 5, 6]);
    // The flow has passed 5 already: whoever reads history up to the head it is told has all.
    expect(frames).toContainEqual(expect.objectContaining({ op: 'opened', id: 3, head: 5 }));
  });

  test('an outsider is refused, and not a word of the conversation goes out (I20)', () => {
    const life = bound().live(open(), message(8), refusedEntry(1), message(9));
    expect(ops(life.sent())).toBe('refused');
    expect(life.done('unfollow')).toHaveLength(1);
  });

  test('who was removed while coming in stays out, though the answer says otherwise (I20)', () => {
    const life = bound().live(open(), { type: 'removed', dlgId: tea }, entered(1, 7), message(8));
    expect(ops(life.sent())).toBe('refused left');
    const again = life.live(open(2), entered(1, 7), message(9), refusedEntry(2));
    expect(again.sent()).toMatchObject([{ op: 'refused', id: 2 }]);
  });

  test('who was removed gets left, then nothing (I20)', () => {
    const life = bound().live(open(), entered(1, 1), message(3), { type: 'removed', dlgId: tea });
    life.live({ type: 'caughtUp', dlgId: tea, messages: [liveMessage(2)] }, message(4));
    expect(ops(life.sent())).toBe('opened left');
  });

  test('who left hears no more, and may come back', () => {
    const life = bound().live(open(), entered(1, 1), says({ op: 'leave', dlgId: tea }), message(2), open(2));
    life.live(message(3), entered(2, 3), message(4));
    expect(ops(life.sent())).toBe('opened opened message');
  });

  test('a new key reaches who is in, and who is just coming in', () => {
    const key: SessionEvent = { type: 'key', frame: { op: 'key', dlgId: tea, dlgKey: 'key-2' } };
    expect(ops(bound().live(key).sent())).toBe('');
    expect(ops(bound().live(open(), entered(1, 0), key).sent())).toBe('opened key');
    expect(ops(bound().live(open(), key, entered(1, 0), message(1)).sent())).toBe('opened key message');
    expect(ops(bound().live(open(), key, refusedEntry(1)).sent())).toBe('refused');
  });

  test('heads are told of conversations that are not followed', () => {
    const head: SessionEvent = { type: 'head', frame: { op: 'head', dlgId: tea, head: 9 } };
    expect(ops(bound().live(head).sent())).toBe('head');
    expect(ops(bound().live(open(), head).sent())).toBe('');
    const linked = new Life(opened, hello, { ...proved, who: { ...adaHere, onlyDlg: id<DlgId>('coffee') } });
    linked.effects = [];
    expect(ops(linked.live(head).sent())).toBe('');
  });

  test('fifty conversations may be open, one more may not', () => {
    const life = bound();
    const opens = (count: number) =>
      Array.from({ length: count }, (_, at) => at).flatMap((at) => [
        after(1000),
        says({ op: 'open', id: at, dlgId: id<DlgId>(`dlg-${at}`) }),
      ]);
    life.live(...opens(limits.opensPerSocket));
    expect(life.sent()).toEqual([]);
    life.live(says({ op: 'open', id: 99, dlgId: tea }));
    expect(life.sent()).toMatchObject([{ op: 'refused', id: 99, error: 'request.malformed' }]);
    life.live(says({ op: 'leave', dlgId: id<DlgId>('dlg-0') }), says({ op: 'open', id: 99, dlgId: tea }));
    expect(life.sent()).toEqual([]);
  });

  test('a ping carries the heads of what is open, so that a client can check its tail (I15)', () => {
    const life = bound().live(open(), entered(1, 7), message(8), after(limits.pingMs), tick);
    expect(life.sent().at(-1)).toEqual({ op: 'ping', heads: [{ dlgId: tea, head: 8 }] });
  });
});

describe('sending', () => {
  const send = (name: string, dlgId: DlgId = tea): SessionEvent =>
    says({ op: 'send', dlgId, clientMsgId: id<ClientMsgId>(name), content: 'IM1.x' });
  const stored = (call: number, name: string, seq: number, dlgId: DlgId = tea): SessionEvent => ({
    type: 'appended',
    call,
    dlgId,
    clientMsgId: id<ClientMsgId>(name),
    accepted: { seq, msgId: id<MsgId>('m'), sentAt: 5, repeated: false },
  });
  const refused = (call: number, name: string): SessionEvent => ({
    type: 'notAppended',
    call,
    dlgId: tea,
    clientMsgId: id<ClientMsgId>(name),
    refusal: 'key.stale_epoch',
    says: 'newer',
  });

  test('an ack says what was stored, and nothing of ours', () => {
    const life = bound().live(send('a'), stored(1, 'a', 1));
    expect(life.sent()).toEqual([{ op: 'ack', dlgId: tea, clientMsgId: 'a', seq: 1, msgId: 'm', sentAt: 5 }]);
  });

  test('sends go on without waiting, their answers leave in the same order (I10)', () => {
    const coffee = id<DlgId>('coffee');
    const life = bound().live(send('a'), send('b'), send('c'), send('x', coffee));
    expect(life.done('append').map(({ clientMsgId }) => clientMsgId)).toEqual(['a', 'b', 'c', 'x']);
    life.live(stored(3, 'c', 3), refused(2, 'b'), stored(4, 'x', 1, coffee));
    expect(life.sent()).toMatchObject([{ clientMsgId: 'x' }]);
    life.live(stored(1, 'a', 1));
    expect(life.sent()).toMatchObject([
      { op: 'ack', clientMsgId: 'a' },
      { op: 'nack', clientMsgId: 'b', error: 'key.stale_epoch' },
      { op: 'ack', clientMsgId: 'c' },
    ]);
  });

  test('the same message twice on the way is answered twice (I7)', () => {
    const life = bound().live(send('a'), send('a'), stored(1, 'a', 1), stored(2, 'a', 1));
    expect(ops(life.sent())).toBe('ack ack');
  });

  test('an outcome that nobody knows is no nack: the socket closes and she sends again (I2, I3)', () => {
    const life = bound().live(send('a'), { type: 'failed' });
    expect(life.sent()).toEqual([]);
    expect(life.path).toMatch(/closed 4503$/);
  });

  test.each([
    [limits.framesBurst - 1, 0],
    [limits.framesBurst, 0],
    [limits.framesBurst + 1, 1],
  ])('of %d frames at once %d are refused', (count, nacks) => {
    const life = new Life(opened, hello, proved, after(10_000));
    life.effects = [];
    const pongs = Array.from({ length: 40 }, () => says({ op: 'pong' }));
    const sends = Array.from({ length: count - 40 }, (_, at) => send(`c${at}`));
    life.live(...pongs, ...sends);
    expect(life.sent()).toHaveLength(nacks);
    expect(life.done('append')).toHaveLength(count - 40 - nacks);
  });

  test('too fast is said with the time after which it passes', () => {
    const life = bound().live(after(10_000), ...Array.from({ length: 63 }, () => says({ op: 'pong' })), send('a'));
    const [nack] = life.sent();
    expect(nack).toMatchObject({ op: 'nack', error: 'rate.limited' });
    const { retryAfterMs = 0 } = nack as { retryAfterMs?: number };
    expect(life.live(after(retryAfterMs), send('a')).done('append')).toHaveLength(1);
  });

  test('open and history beyond the allowance are refused by their id', () => {
    const life = bound().live(after(10_000), ...Array.from({ length: 60 }, () => says({ op: 'pong' })));
    life.live(says({ op: 'open', id: 5, dlgId: tea }), says({ op: 'history', id: 6, dlgId: tea }));
    expect(life.sent()).toMatchObject([
      { op: 'refused', id: 5, error: 'rate.limited' },
      { op: 'refused', id: 6, error: 'rate.limited' },
    ]);
    expect(life.done('enter')).toEqual([]);
  });

  test('who does not stop is sent away (4013), by pings of the WebSocket protocol too', () => {
    const most = limits.framesBurst + 10 * limits.framesPerSecond;
    const start = () => bound().live(after(10_000));
    expect(start().live(...Array.from({ length: most }, () => send('a'))).session.name).toBe('bound');
    expect(start().live(...Array.from({ length: most + 1 }, () => send('a'))).path).toMatch(/closed 4013$/);
    const poke: SessionEvent = { type: 'poked' };
    expect(start().live(...Array.from({ length: most + 1 }, () => poke)).path).toMatch(/closed 4013$/);
  });

  test.each([
    [limits.sendsUnderWay - 1, 0],
    [limits.sendsUnderWay, 0],
    [limits.sendsUnderWay + 1, 1],
  ])('of %d sends that wait for the disk %d are refused', (count, nacks) => {
    const life = bound();
    for (let at = 0; at < count; at++) life.live(after(100), send(`c${at}`));
    expect(life.done('append')).toHaveLength(count - nacks);
    expect(life.sent()).toHaveLength(nacks);
  });

  test('a server that is set otherwise keeps to its own limits', () => {
    const life = new Life();
    life.session = arriving({ ...limits, sendsUnderWay: 2, framesBurst: 5, bindMs: 1_000, opensPerSocket: 1 }, 0.5);
    expect(dueAt(life.live(opened).session)).toBe(1_000);
    life.live(hello, proved, after(10_000), send('a'), send('b'), send('c'));
    expect(life.sent().at(-1)).toMatchObject({ op: 'nack', msg: 'At most 2 sends may wait for an answer.' });
    const other = id<DlgId>('coffee');
    life.live(says({ op: 'open', id: 1, dlgId: tea }), says({ op: 'open', id: 2, dlgId: other }), send('d'));
    expect(life.sent()).toMatchObject([
      { op: 'refused', id: 2, error: 'request.malformed' },
      { op: 'nack', error: 'rate.limited' },
    ]);
  });
});

describe('a socket that lags behind with reading', () => {
  const open = says({ op: 'open', id: 1, dlgId: tea });
  const coffee = id<DlgId>('coffee');
  const lagging: SessionEvent = { type: 'lagging' };
  const drained: SessionEvent = { type: 'drained' };
  const read = (...list: number[]): SessionEvent => ({
    type: 'caughtUp',
    dlgId: tea,
    messages: list.map((seq) => liveMessage(seq)),
  });
  const lags = () => {
    const life = bound().live(open, entered(1, 0), message(1), lagging);
    life.effects = [];
    return life;
  };

  test('is told of the head, once a second at most, and pushed nothing (I24)', () => {
    const life = lags().live(message(2), message(3), message(4));
    expect(life.sent()).toEqual([{ op: 'head', dlgId: tea, head: 2 }]);
    expect(life.effects).toEqual([]);
    life.live(after(1_000), tick, message(5));
    expect(life.sent()).toEqual([{ op: 'head', dlgId: tea, head: 4 }]);
  });

  test('gets all it missed from the log once it has read on, and then what is live, without a hole (I25)', () => {
    const life = lags().live(message(2), message(3), drained);
    expect(life.done('readAfter')).toEqual([{ type: 'readAfter', dlgId: tea, after: 1 }]);
    life.live(message(4), read(2, 3), message(5));
    expect(seqs(life.sent())).toEqual([2, 3, 4, 5]);
    expect(dueAt(life.session)).toBeGreaterThan(1_000);
  });

  test('that had nothing to miss goes on as if nothing had been', () => {
    const life = lags().live(message(1), drained, message(2));
    expect(life.done('readAfter')).toEqual([]);
    expect(seqs(life.sent())).toEqual([2]);
  });

  test('keeps nothing in memory: what was being read, or waited for its turn, is read again (I24)', () => {
    const life = bound().live(open, entered(1, 0), message(3), lagging);
    life.effects = [];
    life.live(read(1, 2, 3));
    expect(seqs(life.sent())).toEqual([]);
    life.live(drained);
    expect(life.done('readAfter')).toEqual([{ type: 'readAfter', dlgId: tea, after: 0 }]);
    expect(seqs(life.live(read(1, 2, 3)).sent())).toEqual([1, 2, 3]);
  });

  test('asks the log only once at a time, however often it lags', () => {
    const life = bound().live(open, entered(1, 0), message(2), lagging, drained, lagging, drained);
    expect(life.done('readAfter')).toHaveLength(1);
    expect(seqs(life.live(read(1, 2)).sent())).toEqual([1, 2]);
  });

  test('is not given up because the log is not read for it meanwhile', () => {
    const life = bound().live(open, entered(1, 0), message(2), lagging, after(20_000), tick);
    expect(life.session.name).toBe('bound');
  });

  test('that opens a conversation is let in, and its messages wait', () => {
    const life = bound().live(lagging, open, message(8), message(9), entered(1, 7));
    expect(ops(life.sent())).toBe('opened');
    life.live(drained);
    expect(life.done('readAfter').at(-1)).toEqual({ type: 'readAfter', dlgId: tea, after: 7 });
  });

  test('hears of others that way too, and no head of what it has left (I20)', () => {
    const head = (seq: number): SessionEvent => ({ type: 'head', frame: { op: 'head', dlgId: coffee, head: seq } });
    const life = lags().live(head(1), head(2), message(2), message(3));
    expect(life.sent()).toMatchObject([
      { dlgId: coffee, head: 1 },
      { dlgId: tea, head: 2 },
    ]);
    life.live({ type: 'removed', dlgId: coffee }, { type: 'removed', dlgId: tea }, after(1_000), tick);
    expect(ops(life.sent())).toBe('left left');
  });
});

describe('typing', () => {
  const types = (isTyping = true): SessionEvent => says({ op: 'typing', dlgId: tea, isTyping });
  const others: SessionEvent = {
    type: 'typing',
    frame: { op: 'typing', dlgId: tea, userId: bo.userId, isTyping: true },
  };
  const here: SessionEvent = {
    type: 'presence',
    frame: { op: 'presence', dlgId: tea, userId: bo.userId, isOnline: true },
  };
  const open = says({ op: 'open', id: 1, dlgId: tea });

  test('the first word of it passes at once, then the last state of each 300 ms', () => {
    const life = bound().live(open, entered(1, 0), types(), types(false), types(), types(false));
    expect(life.done('typing')).toEqual([{ type: 'typing', dlgId: tea, isTyping: true }]);
    life.live(after(299), tick);
    expect(life.done('typing')).toEqual([]);
    life.live(after(1), tick);
    expect(life.done('typing')).toEqual([{ type: 'typing', dlgId: tea, isTyping: false }]);
    life.live(after(300), tick, types());
    expect(life.done('typing')).toEqual([{ type: 'typing', dlgId: tea, isTyping: true }]);
  });

  test('is taken in what is open only, and dies with it (I20)', () => {
    const life = bound().live(types(), open, types(), entered(1, 0), types(), types(false));
    expect(life.done('typing')).toHaveLength(1);
    life.live({ type: 'removed', dlgId: tea }, after(300), tick, types());
    expect(life.done('typing')).toEqual([]);
  });

  test('of others, and who is here, is told where the conversation is open and the socket reads', () => {
    expect(ops(bound().live(others, here, open, others, here).sent())).toBe('');
    expect(ops(bound().live(open, entered(1, 0), others, here).sent())).toBe('opened typing presence');
    expect(ops(bound().live(open, entered(1, 0), { type: 'lagging' }, others, here).sent())).toBe('opened');
  });

  test('too fast costs nobody anything', () => {
    const life = bound().live(
      open,
      entered(1, 0),
      after(10_000),
      ...Array.from({ length: 60 }, () => says({ op: 'pong' })),
    );
    life.effects = [];
    expect(life.live(types()).effects).toEqual([]);
  });
});

describe('marks', () => {
  const read = (seq: number): SessionEvent => says({ op: 'read', dlgId: tea, seq });
  const delivered = (seq: number): SessionEvent => says({ op: 'delivered', dlgId: tea, seq });

  test('the first passes at once, those right after it as one', () => {
    const life = bound().live(read(1), read(3), read(2), delivered(4));
    expect(life.done('mark')).toEqual([{ type: 'mark', dlgId: tea, readSeq: 1 }]);
    expect(dueAt(life.session)).toBe(300);
    life.live(after(300), tick);
    expect(life.done('mark')).toEqual([{ type: 'mark', dlgId: tea, readSeq: 3, deliveredSeq: 4 }]);
    life.live(after(300), tick, after(1), read(5));
    expect(life.done('mark')).toEqual([{ type: 'mark', dlgId: tea, readSeq: 5 }]);
  });

  test('what waits is kept when she closes the page', () => {
    const life = bound().live(read(1), read(2), { type: 'lost' });
    expect(life.done('mark').at(-1)).toEqual({ type: 'mark', dlgId: tea, readSeq: 2 });
  });
});

describe('the node goes away', () => {
  const send = says({ op: 'send', dlgId: tea, clientMsgId: id<ClientMsgId>('a'), content: 'IM1.x' });
  const stored: SessionEvent = {
    type: 'appended',
    call: 1,
    dlgId: tea,
    clientMsgId: id<ClientMsgId>('a'),
    accepted: { seq: 1, msgId: id<MsgId>('m'), sentAt: 5, repeated: false },
  };
  const drain: SessionEvent = { type: 'drain', inMs: 3_000 };

  test('she is told, served on, and leaves at her time', () => {
    const life = bound().live(drain, send, stored, after(2_999), tick);
    expect(ops(life.sent())).toBe('drain ack');
    expect(dueAt(life.session)).toBe(3_000);
    expect(life.live(after(1), tick).path).toMatch(/bound → closed 4001$/);
  });

  test('what she sent before is answered first; what she sends now is certainly not stored (I30)', () => {
    const life = bound().live(drain, send, after(3_000), tick, send);
    expect(life.path).toMatch(/bound → leaving$/);
    expect(life.sent().at(-1)).toMatchObject({ op: 'nack', error: 'server.draining' });
    expect(life.live(stored).path).toMatch(/leaving → closed 4001$/);
    expect(life.effects.map((it) => (it.type === 'transmit' ? it.frame.op : it.type)).slice(-2)).toEqual([
      'ack',
      'close',
    ]);
    life.effects = [];
    expect(life.live(stored).effects).toEqual([]);
  });

  test('a disk that does not answer does not hold her', () => {
    const life = bound().live(drain, send, after(3_000), tick, after(5_000), tick);
    expect(life.path).toMatch(/leaving → closed 4001$/);
  });

  test('strangers leave at once', () => {
    expect(play(opened, drain)).toBe('arriving → greeting → closed 4001');
    expect(play(opened, hello, drain)).toBe('arriving → greeting → binding → closed 4001');
  });
});
