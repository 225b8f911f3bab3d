import { ada, bo, tea } from '@trialogue/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { openHttp, type Http } from './httpUnderTest.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

let at: Http;
beforeEach(async () => {
  at = await openHttp({ limits: {} });
});
afterEach(() => at.close());

interface Page {
  list: { seq: number; clientMsgId: string; sentAt: number }[];
}
const say = async (clientMsgId: string, token: string) => {
  at.steady.ms += 1_000;
  const body = await at.sealed(ada, 'x', clientMsgId);
  return { body, came: await at.ask('POST /api/v1/conversations/tea/messages', { as: token, body }) };
};
const recall = async (seq: number, token: string) =>
  (await at.ask(`POST /api/v1/conversations/tea/messages/${seq}/recall`, { as: token })).json;

describe.each([
  ['ten minutes forward', 10 * MINUTE],
  ['ten minutes back', -10 * MINUTE],
  ['a day forward', DAY],
  ['a day back', -DAY],
])('the wall clock jumps %s (I34):', (_, jumpMs) => {
  test('seqs go on without a hole, times never fall, and what was sent before is known again (I1, I4, I6, I7)', async () => {
    const before = [];
    for (const clientMsgId of ['b1', 'b2']) before.push(await say(clientMsgId, await at.tokenOf(ada)));
    at.clock.at += jumpMs;
    const token = await at.tokenOf(ada);
    for (const clientMsgId of ['a1', 'a2']) expect((await say(clientMsgId, token)).came.json.code).toBe(0);
    for (const { body, came } of before) {
      const again = await at.ask('POST /api/v1/conversations/tea/messages', { as: token, body });
      expect(again.json.data).toEqual(came.json.data);
    }
    at.clock.at -= jumpMs;
    await say('c1', await at.tokenOf(ada));

    const { list } = (await at.ask('GET /api/v1/conversations/tea/messages', { as: await at.tokenOf(bo) })).json
      .data as Page;
    expect(list.map(({ seq, clientMsgId }) => [seq, clientMsgId])).toEqual([
      [1, 'b1'],
      [2, 'b2'],
      [3, 'a1'],
      [4, 'a2'],
      [5, 'c1'],
    ]);
    const times = list.map(({ sentAt }) => sentAt);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  test('whoever is signed in stays so, or signs in again; whoever was signed out stays out (I22)', async () => {
    const [stays, leaves] = [await at.signIn.createToken(at.shopApp.appId, ada.userId), await at.tokenOf(ada)];
    await at.ask('DELETE /api/v1/session', { as: leaves });
    at.clock.at += jumpMs;
    const ask = async (token: string) =>
      (await at.ask('GET /api/v1/conversations', { as: token })).json.error ?? 'fine';
    // A token of fifteen minutes outlives ten; a session that nobody refreshed for a day is over.
    expect(await ask(stays.token)).toBe(jumpMs === DAY ? 'auth.expired' : 'fine');
    const refreshed = await at.ask('POST /api/v1/session/refresh', { body: { refreshToken: stays.refreshToken } });
    expect(refreshed.json.code).toBe(jumpMs === DAY ? 401 : 0);
    expect(await ask(await at.tokenOf(ada))).toBe('fine');
    expect(await ask(leaves)).toBe(jumpMs === DAY ? 'auth.expired' : 'auth.revoked');
    at.clock.at -= jumpMs;
    expect(await ask(leaves)).toBe('auth.revoked');
  });

  test('what was said after it can be taken back for two minutes, by the same clock', async () => {
    const first = await say('b1', await at.tokenOf(ada));
    expect(first.came.json.code).toBe(0);
    at.clock.at += jumpMs;
    const token = await at.tokenOf(ada);
    await say('a1', token);
    // Forward the first has grown too old at once; back, its time has not come yet.
    expect((await recall(1, token)).error).toBe(jumpMs > 0 ? 'message.too_old' : undefined);
    at.clock.at += 2 * MINUTE;
    expect((await recall(2, await at.tokenOf(ada))).code).toBe(0);
  });

  test('a link made after it opens, once', async () => {
    at.clock.at += jumpMs;
    const { url } = await at.signIn.createLink(at.shopApp, { dlgId: tea, userId: bo.userId });
    const body = { groupId: 'tea', userId: 'bo', ticket: url.split('#ticket=')[1] };
    expect((await at.ask('POST /api/v1/session', { body })).json.code).toBe(0);
    expect((await at.ask('POST /api/v1/session', { body })).json.error).toBe('ticket.used');
  });
});
