import { ada, tea } from '@trialogue/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { adasClient, ring, said } from './fixture.ts';

const frames = [
  { op: 'hello', versions: [1], pingMs: 1, maxFrame: 1, serverTime: 1 },
  { op: 'bound', userId: 'ada', sessionId: 's', expiresAt: 1 },
  { op: 'opened', id: 1, dlgId: tea, head: 3, readSeq: 0, dlgKey: ring(1) },
  { op: 'ack', dlgId: tea, clientMsgId: 'c', seq: 4, msgId: 'm', sentAt: 1 },
  { op: 'nack', dlgId: tea, clientMsgId: 'c', error: 'key.stale_epoch', msg: '', retryAfterMs: 5 },
  { op: 'message', dlgId: tea, ...said(4) },
  { op: 'page', id: 2, dlgId: tea, list: [said(4), said(6)], hasMore: true, head: 9 },
  { op: 'head', dlgId: tea, head: 8 },
  { op: 'receipt', dlgId: tea, userId: 'bo', deliveredSeq: 1, readSeq: 1 },
  { op: 'key', dlgId: tea, dlgKey: ring(1, 2) },
  { op: 'left', dlgId: tea },
  { op: 'refused', id: 1, error: 'rate.limited', msg: '' },
  { op: 'ping', heads: [{ dlgId: tea, head: 5 }] },
  { op: 'drain', inMs: 5 },
];

/** Odd things in the place of a field. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    -1,
    1.5,
    2 ** 53,
    'x'.repeat(70_000),
    [],
    {},
    '__proto__',
    'constructor',
    '\u0000',
    '\ud800',
  ),
  fc.jsonValue({ maxDepth: 3 }),
);

describe('a hostile server (T12, I38)', () => {
  test('whatever it says: nothing throws, and the next connection is fine', async () => {
    const broken = fc
      .tuple(fc.constantFrom(...frames), fc.array(fc.tuple(fc.nat(8), odd), { maxLength: 2 }))
      .map(([frame, changes]) => {
        const fields = Object.keys(frame);
        const changed = changes.map(([at, value]) => [fields[at % fields.length], value]);
        return JSON.stringify({ ...frame, ...Object.fromEntries(changed) });
      });
    const anything: fc.Arbitrary<unknown> = fc.oneof(
      { weight: 4, arbitrary: broken },
      fc.string(),
      fc.json(),
      fc.constantFrom(undefined, null, new ArrayBuffer(4), {}, '['.repeat(5_000)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { maxLength: 30 }), fc.boolean(), async (said, isLive) => {
        const at = await adasClient();
        if (isLive) at.comeUp(2);
        else at.greet();
        void at.session.send({ type: 'text', text: 'hi' }, { clientMsgId: 'c' });
        for (const data of said) at.line.saysRaw(data);
        at.clock.advance(60_000);
        at.session.reconnect();
        expect(at.lines.length).toBeLessThan(60);
        at.greet().bind().bound();
        expect(at.session.getState()).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('no field of a frame reaches a prototype', async () => {
    const at = (await adasClient()).comeUp(2);
    const poison = '{"polluted":true,"toString":null}';
    for (const frame of frames) {
      const text = JSON.stringify(frame).slice(0, -1);
      for (const word of ['__proto__', 'constructor', 'prototype']) at.line.saysRaw(`${text},"${word}":${poison}}`);
      at.line.saysRaw(`{"__proto__":${JSON.stringify(frame)}}`);
    }
    at.line.saysRaw(
      `{"op":"message","dlgId":"__proto__","seq":3,"msgId":"m","clientMsgId":"constructor","fromuid":"${ada.userId}","content":"x","sentAt":1}`,
    );
    at.line.saysRaw(`{"op":"key","dlgId":"__proto__","dlgKey":"${ring(1)}"}`);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    for (const { detail } of at.heard('message').map((detail) => ({ detail })))
      expect(detail).not.toHaveProperty('polluted');
  });

  test('a frame of the protocol with a wrong field is reported by its place; one of a later version is not for us', async () => {
    const at = (await adasClient()).comeUp(2);
    at.line.saysRaw('{"op":"head","dlgId":"tea","head":-1}');
    at.line.saysRaw('{"op":"wink","dlgId":"tea"}');
    expect(at.heard('error')).toMatchObject([
      { error: 'sdk.bad_frame', msg: expect.stringContaining('frame.head: expected') },
    ]);
  });
});
