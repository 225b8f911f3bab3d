import { sealWith } from '@trialogue/crypto';
import {
  id,
  SYSTEM,
  type ClientMsgId,
  type Message,
  type MsgId,
  type Seq,
  type ServerFrame,
  type Sid,
  type UserId,
} from '@trialogue/protocol';
import { ada, bo, mal, tea } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { findCanaries } from './world/canaries.ts';
import { Checks } from './world/check/checks.ts';
import { Fences } from './world/check/fences.ts';
import { Marks } from './world/check/marks.ts';
import { Observer } from './world/check/observer.ts';
import { checkPage } from './world/check/pages.ts';
import { Redials } from './world/check/redials.ts';
import { Wire } from './world/check/wire.ts';

const dlgKey = 'A'.repeat(43);

const sealed = (fromuid: UserId, clientMsgId: string, nonce = 1) =>
  sealWith(new Uint8Array(24).fill(nonce), '{}', { dlgId: tea, dlgKey, fromuid, clientMsgId });

const row = (seq: Seq, clientMsgId = `c${seq}`, fromuid: UserId = ada.userId): Message => ({
  seq,
  msgId: id<MsgId>(`m-${clientMsgId}`),
  clientMsgId: id<ClientMsgId>(clientMsgId),
  fromuid,
  content: sealed(fromuid, clientMsgId),
  sentAt: 1_000 + seq,
});

/** A world in which Ada has sent these, in this order. */
function adaSent(...clientMsgIds: string[]) {
  const checks = new Checks();
  const nameOf = (clientMsgId: string) => ({ dlgId: tea, fromuid: ada.userId, clientMsgId });
  for (const clientMsgId of clientMsgIds) {
    checks.sends.typed(nameOf(clientMsgId), clientMsgId);
    checks.sends.went(nameOf(clientMsgId), sealed(ada.userId, clientMsgId));
  }
  checks.membership.joined(tea, ada.userId);
  return {
    checks,
    nameOf,
    broken: () => (checks.broken as { invariant?: string } | undefined)?.invariant,
  };
}

describe('the world notices', () => {
  test('nothing when all is well', () => {
    const { checks, nameOf, broken } = adaSent('c1', 'c2');
    checks.grew(tea, [row(1), row(2)]);
    checks.leaves(ada.userId, { op: 'ack', dlgId: tea, ...row(1) });
    checks.sends.accepted(nameOf('c1'), row(1));
    checks.sends.accepted(nameOf('c2'), row(2));
    checks.reread(tea, [row(1), row(2)]);
    checks.hold(() => checks.sends.atTheEnd(checks.ledger));
    expect(broken()).toBeUndefined();
  });

  test('an answer for what is not in the log (I1)', () => {
    const { checks, broken } = adaSent('c1');
    checks.leaves(ada.userId, { op: 'ack', dlgId: tea, ...row(1) });
    expect(broken()).toBe('I1');
  });

  test('a message of a time before the one that precedes it (I34)', () => {
    const { checks, broken } = adaSent('c1', 'c2');
    checks.grew(tea, [row(1), { ...row(2), sentAt: 1_000 }]);
    expect(broken()).toBe('I34');
  });

  test('a message that is gone and was never taken back (I1)', () => {
    const { checks, broken } = adaSent('c1');
    checks.grew(tea, [row(1)]);
    checks.reread(tea, [{ ...row(1), content: sealed(ada.userId, 'c1', 9), recalledAt: 5 }]);
    expect(broken()).toBe('I1');
  });

  test('no fault in one that was taken back', () => {
    const { checks, broken } = adaSent('c1');
    checks.grew(tea, [row(1)]);
    checks.recallAsked(tea, 1);
    checks.reread(tea, [{ ...row(1), content: sealed(ada.userId, 'c1', 9), recalledAt: 5 }]);
    expect(broken()).toBeUndefined();
  });

  test('a message that was refused and is stored after all, before or later (I2)', () => {
    const before = adaSent('c1');
    before.checks.grew(tea, [row(1)]);
    before.checks.hold(() => before.checks.sends.refused(before.nameOf('c1'), 'some.refusal', before.checks.ledger));
    expect(before.broken()).toBe('I2');

    const later = adaSent('c1');
    later.checks.hold(() => later.checks.sends.refused(later.nameOf('c1'), 'some.refusal', later.checks.ledger));
    later.checks.grew(tea, [row(1)]);
    expect(later.broken()).toBe('I2');
  });

  test('one message stored twice (I4)', () => {
    const { checks, broken } = adaSent('c1');
    checks.grew(tea, [row(1), { ...row(2, 'c1'), msgId: id<MsgId>('other') }]);
    expect(broken()).toBe('I4');
  });

  test('a place that holds another message for somebody (I5)', () => {
    const { checks, broken } = adaSent('c1', 'c2');
    checks.grew(tea, [row(1)]);
    checks.hold(() => checks.ledger.shown(tea, row(1, 'c2'), 'Bo'));
    expect(broken()).toBe('I5');
  });

  test('a hole in the log, and a log that grew shorter (I6)', () => {
    const hole = adaSent('c1', 'c3');
    hole.checks.grew(tea, [row(1), row(3)]);
    expect(hole.broken()).toBe('I6');

    const shorter = adaSent('c1', 'c2');
    shorter.checks.grew(tea, [row(1), row(2)]);
    shorter.checks.reread(tea, [row(1)]);
    expect(shorter.broken()).toBe('I6');
  });

  test('a repeat that is answered otherwise (I7)', () => {
    const { checks, broken } = adaSent('c1');
    checks.grew(tea, [row(1)]);
    checks.leaves(ada.userId, { op: 'ack', dlgId: tea, ...row(1), seq: 2 });
    expect(broken()).toBe('I7');
  });

  test('messages stored in another order than they were sent (I10)', () => {
    const { checks, broken } = adaSent('c1', 'c2');
    checks.grew(tea, [row(1, 'c2'), row(2, 'c1')]);
    expect(broken()).toBe('I10');
  });

  test('what was sent after an answer and stored before it (I11)', () => {
    const { checks, nameOf, broken } = adaSent('c1');
    checks.sends.accepted(nameOf('c1'), { seq: 5, msgId: 'm', sentAt: 1 });
    checks.sends.typed({ ...nameOf('b1'), fromuid: bo.userId }, 'b1');
    checks.sends.went({ ...nameOf('b1'), fromuid: bo.userId }, sealed(bo.userId, 'b1'));
    checks.grew(tea, [row(1, 'b1', bo.userId)]);
    expect(broken()).toBe('I11');
  });

  test('what nobody sent, other bytes than were sent, and other words than were typed (I13)', () => {
    const phantom = adaSent();
    phantom.checks.grew(tea, [row(1)]);
    expect(phantom.broken()).toBe('I13');

    const changed = adaSent('c1');
    changed.checks.grew(tea, [{ ...row(1), content: sealed(ada.userId, 'c1', 9) }]);
    expect(changed.broken()).toBe('I13');

    const misread = adaSent('c1');
    misread.checks.hold(() => misread.checks.sends.read(tea, row(1), 'other words'));
    expect(misread.broken()).toBe('I13');
  });

  test('nothing odd in what the server itself says', () => {
    const { checks, broken } = adaSent();
    checks.grew(tea, [row(1, 'c1', SYSTEM)]);
    expect(broken()).toBeUndefined();
  });

  test('a message under an older key than the one before it (I21)', () => {
    const { checks, broken } = adaSent('c1');
    const ring = `dk1.${Buffer.concat([Buffer.from([1, 0, 0, 0, 2]), Buffer.alloc(32)]).toString('base64url')}`;
    const content = sealWith(new Uint8Array(24), '{}', {
      dlgId: tea,
      dlgKey: ring,
      fromuid: SYSTEM,
      clientMsgId: 'left',
    });
    checks.grew(tea, [{ ...row(1, 'left', SYSTEM), content }, row(2, 'c1')]);
    expect(broken()).toBe('I21');
  });

  test('a word to somebody who is not, or is no longer, a member (I20)', () => {
    const outsider = adaSent('c1');
    outsider.checks.leaves(mal.userId, { op: 'head', dlgId: tea, head: 1 });
    expect(outsider.broken()).toBe('I20');

    const removed = adaSent();
    removed.checks.membership.left(tea, ada.userId, 4);
    removed.checks.leaves(ada.userId, { op: 'message', dlgId: tea, ...row(4) });
    expect(removed.broken()).toBeUndefined();
    removed.checks.leaves(ada.userId, { op: 'message', dlgId: tea, ...row(5) });
    expect(removed.broken()).toBe('I20');
  });

  test('a send that is never settled, or twice (I27)', () => {
    const never = adaSent('c1');
    expect(() => never.checks.sends.atTheEnd(never.checks.ledger)).toThrow('I27');

    const twice = adaSent('c1');
    twice.checks.sends.gaveUp(twice.nameOf('c1'));
    expect(() => twice.checks.sends.gaveUp(twice.nameOf('c1'))).toThrow('I27');
  });
});

describe('an observer notices', () => {
  const opened = () => {
    const observer = new Observer('Bo');
    observer.opened(tea, 3);
    return observer;
  };

  test('a message given twice (I12)', () => {
    const observer = opened();
    observer.given(tea, 4);
    expect(() => observer.given(tea, 4)).toThrow('I12');
  });

  test('a hole, and a message from before the beginning (I9)', () => {
    expect(() => opened().given(tea, 5)).toThrow('I9');
    expect(() => opened().given(tea, 3)).toThrow('I9');
  });

  test('no fault in going on after a reconnect, and in beginning anew after another conversation', () => {
    const observer = opened();
    observer.given(tea, 4);
    observer.opened(tea, 9);
    observer.given(tea, 5);
    observer.chose();
    observer.opened(tea, 9);
    expect(() => observer.given(tea, 10)).not.toThrow();
  });
});

describe('of a page it is noticed (I16)', () => {
  const page = (seqs: Seq[], head: Seq, hasMore: boolean, minSeq = 1) => ({
    list: seqs.map((seq) => row(seq)),
    head,
    hasMore,
    minSeq,
  });

  test.for([
    ['all of it', { after: 0 }, page([1, 2, 3], 3, false)],
    ['the next ones', { after: 2, limit: 2 }, page([3, 4], 9, true)],
    ['those before', { before: 5, limit: 2 }, page([3, 4], 9, true)],
    ['the first ones', { before: 3, limit: 9 }, page([1, 2], 9, false)],
    ['the newest', { limit: 2 }, page([8, 9], 9, true)],
    ['nothing after the head', { after: 9 }, page([], 9, false)],
    ['the first that are kept', { before: 6, limit: 9 }, page([4, 5], 9, false, 4)],
    ['what is gone, and said to be', { after: 1, limit: 2 }, { ...page([4, 5], 9, true, 4), reset: true }],
    ['a place right before what is kept', { after: 3, limit: 2 }, page([4, 5], 9, true, 4)],
  ] as const)('nothing about %s', ([, range, it]) => {
    expect(() => checkPage(range, it, 'Bo')).not.toThrow();
  });

  test.for([
    ['a hole', { after: 0 }, page([1, 3], 3, false)],
    ['a gap to the page before', { after: 2 }, page([4, 5], 5, false)],
    ['a gap to the page after', { before: 5 }, page([1, 2, 3], 9, false)],
    ['more than was asked for', { after: 0, limit: 1 }, page([1, 2], 2, false)],
    ['an end that is none', { after: 0, limit: 2 }, page([1, 2], 3, false)],
    ['more where there is no more', { after: 0 }, page([1, 2], 2, true)],
    ['emptiness where there are messages', { after: 1 }, page([], 2, false)],
    ['what was not asked for', { before: 3 }, page([1, 2, 3], 3, false)],
  ] as const)('%s', ([, range, it]) => {
    expect(() => checkPage(range, it, 'Bo')).toThrow('I16');
  });

  test('what is gone and not said to be, or said to be and is not (I17)', () => {
    expect(() => checkPage({ after: 1, limit: 2 }, page([4, 5], 9, true, 4), 'Bo')).toThrow('I17');
    expect(() => checkPage({ after: 0 }, { ...page([1], 1, false), reset: true }, 'Bo')).toThrow('I17');
  });
});

describe('of a socket of the server it is noticed', () => {
  const message = (seq: Seq): ServerFrame => ({ op: 'message', dlgId: tea, ...row(seq) });
  const opened = (head: Seq): ServerFrame => {
    return { op: 'opened', id: 1, dlgId: tea, head, readSeq: 0, dlgKey, minSeq: 1, logEpoch: 'e1', online: [] };
  };

  test('nothing while it goes on where it was opened, and anew where it was opened again', () => {
    const wire = new Wire();
    for (const frame of [opened(3), message(4), message(5)]) wire.leaves(frame);
    wire.hears({ op: 'leave', dlgId: tea });
    expect(() => [opened(8), message(9)].map((frame) => wire.leaves(frame))).not.toThrow();
  });

  test('a hole, a step back, and a message of what is not open (I9, I25)', () => {
    const after = (...frames: ServerFrame[]) => {
      const wire = new Wire();
      return () => frames.map((frame) => wire.leaves(frame));
    };
    expect(after(opened(3), message(5))).toThrow('I25');
    expect(after(opened(3), message(4), message(4))).toThrow('I25');
    expect(after(message(4))).toThrow('I9');
    expect(after(opened(3), { op: 'left', dlgId: tea }, message(4))).toThrow('I9');
  });

  test('a word after it was closed (I30)', () => {
    const wire = new Wire();
    wire.closes();
    expect(() => wire.leaves({ op: 'ping', heads: [] })).toThrow('I30');
  });
});

describe('of a client it is noticed (I28)', () => {
  const client = (fence: number) => ({ sid: id<Sid>('a-client-of-ada-1'), fence });

  test('nothing while the newest socket stores, nor of whoever has no sockets', () => {
    const fences = new Fences();
    fences.stored(client(1));
    fences.raised(client(2));
    fences.stored(client(2));
    expect(() => fences.stored(undefined)).not.toThrow();
  });

  test('that a socket stores after it was replaced', () => {
    const fences = new Fences();
    fences.raised(client(3));
    expect(() => fences.stored(client(2))).toThrow('I28');
  });
});

describe('of a mark it is noticed (I23)', () => {
  const of = (deliveredSeq: Seq, readSeq: Seq) => ({ deliveredSeq, readSeq });
  const told = (deliveredSeq: Seq, readSeq: Seq) => ({ dlgId: tea, userId: ada.userId, ...of(deliveredSeq, readSeq) });

  test('nothing while it rises', () => {
    const marks = new Marks();
    marks.stored(tea, ada.userId, of(2, 1), 5);
    marks.stored(tea, ada.userId, of(5, 5), 5);
    marks.told('Bo', told(2, 1));
    expect(() => marks.told('Bo', told(5, 5))).not.toThrow();
  });

  test('that it fell, passed the head, or was never set', () => {
    const marks = new Marks();
    marks.stored(tea, ada.userId, of(4, 3), 5);
    expect(() => marks.stored(tea, ada.userId, of(4, 2), 5)).toThrow('fell');
    expect(() => marks.stored(tea, bo.userId, of(6, 0), 5)).toThrow('past the head');
    marks.told('Bo', told(4, 3));
    expect(() => marks.told('Bo', told(3, 3))).toThrow('fell');
    expect(() => marks.told('Bo', told(5, 3))).toThrow('nobody set');
  });
});

describe('of how a client comes back it is noticed (I29)', () => {
  const redials = () => {
    let now = 0;
    const after = new Redials('Ada', () => now);
    const wait = (delayMs: number) => {
      after.drew(0.5);
      after.waits(delayMs);
    };
    return { after, wait, pass: (ms: number) => (now += ms) };
  };

  test('nothing while it waits longer each time, and shortly again after a good connection', () => {
    const { after, wait, pass } = redials();
    for (const ms of [250, 500, 1_000]) wait(ms);
    after.isLive();
    pass(30_000);
    expect(() => wait(250)).not.toThrow();
  });

  test('that a short connection counts as a good one', () => {
    const { after, wait, pass } = redials();
    wait(250);
    after.isLive();
    pass(29_999);
    expect(() => wait(250)).toThrow('I29');
  });
});

describe('a canary is found', () => {
  const secret = 'typed-5f3a9c';

  test.for([
    ['as it is', Buffer.from(`… ${secret} …`)],
    ['in hex', Buffer.from(Buffer.from(`x${secret}`).toString('hex'))],
    ['in base64, wherever it begins', Buffer.from(Buffer.from(`xy${secret}z`).toString('base64'))],
    ['in base64url', Buffer.from(Buffer.from(`x${secret}`).toString('base64url'))],
    ['in UTF-16', Buffer.from(secret, 'utf16le')],
  ] as const)('%s', ([, hay]) => {
    expect(findCanaries({ secret }, [['here', hay]])).not.toEqual([]);
  });

  test('and not where it is not', () => {
    expect(findCanaries({ secret }, [['here', Buffer.from('typed-5f3a9')]])).toEqual([]);
  });
});
