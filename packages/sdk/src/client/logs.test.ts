import { id, type DlgId } from '@trialogue/protocol';
import { tea } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { adasClient, ring, said } from './fixture.ts';

const coffee = id<DlgId>('coffee');

describe('a log that is not the one that was followed (I18)', () => {
  test('after a reconnect: what was seen is thrown away, said, and nothing of the two is mixed', async () => {
    const at = (await adasClient()).comeUp(4).message(5).message(8);
    at.line.loses();
    at.clock.advance(30_000);
    at.greet().bound().opened(2, { logEpoch: 'e2' });
    expect(at.heard('reset')).toEqual([{ dlgId: tea, reason: 'epoch', minSeq: 1, head: 2 }]);
    expect(at.heard('opened').at(-1)).toMatchObject({ head: 2, logEpoch: 'e2' });
    at.message(3);
    expect(at.seqs()).toEqual([5, 3]);
    expect(at.line.all('history')).toEqual([]);
    at.clock.advance(300);
    expect(at.line.all('delivered')).toEqual([{ op: 'delivered', dlgId: tea, seq: 3 }]);
  });

  test('the event comes before the first message of the new log and before `opened`', async () => {
    const at = (await adasClient()).comeUp(4);
    const order: string[] = [];
    at.comeBack(4);
    order.push(...at.told.map(({ name }) => name));
    expect(order).not.toContain('reset');
    at.line.loses();
    at.clock.advance(30_000);
    at.told.length = 0;
    at.greet().bound().opened(1, { logEpoch: 'e2' }).message(2);
    const names = at.told.map(({ name }) => name);
    expect(names.indexOf('reset')).toBeLessThan(names.indexOf('opened'));
    expect(names.indexOf('opened')).toBeLessThan(names.indexOf('message'));
  });

  test('on one socket: a page of another log is not taken, and the conversation is opened anew', async () => {
    const at = (await adasClient()).comeUp(4).message(7);
    at.page([5, 6], 6, { logEpoch: 'e2' });
    expect(at.seqs()).toEqual([]);
    expect(at.line.all('open')).toHaveLength(2);
    // Nobody knows yet of which log this is.
    at.message(5);
    at.opened(6, { logEpoch: 'e2' }).message(7);
    expect(at.seqs()).toEqual([7]);
    expect(at.heard('reset')).toMatchObject([{ reason: 'epoch', head: 6 }]);
    expect(at.line.all('history')).toHaveLength(1);
  });

  test.for([
    ['the same log', 'e1', [5]],
    ['another log', 'e2', [5]],
  ] as const)('what overtook `opened` of %s is asked for, so that nothing is missed', async ([, logEpoch, seqs]) => {
    const at = (await adasClient()).comeUp(4);
    at.line.says({ op: 'left', dlgId: tea });
    at.message(5);
    expect(at.seqs()).toEqual([]);
    at.opened(4, { logEpoch });
    expect(at.line.last('history')).toMatchObject({ after: 4 });
    at.page([5], 5, { logEpoch });
    expect(at.seqs()).toEqual(seqs);
  });

  test('a page for the application is asked for again, rather than handed over from another log', async () => {
    const at = (await adasClient()).comeUp(4);
    const reading = at.session.history({ limit: 1 });
    at.page([9], 9, { logEpoch: 'e0' });
    at.opened(4);
    at.clock.advance(1_000);
    expect(at.line.all('history')).toHaveLength(2);
    at.page([4], 4);
    expect(await reading).toMatchObject({ list: [{ seq: 4 }], logEpoch: 'e1', minSeq: 1 });
    expect(at.heard('reset')).toEqual([]);
  });

  test('a conversation that is chosen again has the memory of its log', async () => {
    const at = (await adasClient()).comeUp(4);
    at.session.updateConfig({ dlgId: coffee, dlgKey: ring(3) });
    at.opened(1, { dlgKey: ring(3), logEpoch: 'c1' });
    at.session.updateConfig({ dlgId: tea });
    at.opened(2, { logEpoch: 'e2' }).message(3);
    expect(at.heard('reset')).toEqual([{ dlgId: tea, reason: 'epoch', minSeq: 1, head: 2 }]);
    expect(at.seqs()).toEqual([3]);
  });

  test('what an old socket still says of the old log is not heard', async () => {
    const at = (await adasClient()).comeUp(4);
    const [old] = at.lines;
    at.session.reconnect();
    at.greet().bound().opened(1, { logEpoch: 'e2' });
    old?.says({ op: 'message', dlgId: tea, ...said(2) });
    expect(at.seqs()).toEqual([]);
  });

  test('receipts of the old log do not hold those of the new one down', async () => {
    const at = (await adasClient()).comeUp(9);
    const receipt = { op: 'receipt', dlgId: tea, userId: said(1).fromuid, deliveredSeq: 9, readSeq: 9 } as const;
    at.line.says(receipt);
    at.line.loses();
    at.clock.advance(30_000);
    at.greet().bound().opened(2, { logEpoch: 'e2' });
    at.line.says({ ...receipt, deliveredSeq: 2, readSeq: 1 });
    expect(at.heard('receipt').at(-1)).toMatchObject({ deliveredSeq: 2, readSeq: 1 });
  });
});

describe('messages that are no longer kept (I17)', () => {
  test('are passed over only after it was said, and then it goes on without a hole', async () => {
    const at = (await adasClient()).comeUp(4).message(5);
    at.comeBack(40);
    expect(at.line.last('history')).toMatchObject({ after: 5 });
    at.told.length = 0;
    at.page([31, 32, 33, 34, 35, 36, 37, 38, 39, 40], 40, { minSeq: 31, reset: true });
    expect(at.told.map(({ name }) => name)).toEqual(['reset', ...Array.from({ length: 10 }, () => 'message')]);
    expect(at.heard('reset')).toEqual([{ dlgId: tea, reason: 'retention', minSeq: 31, head: 40 }]);
    at.message(41);
    expect(at.seqs()).toEqual([31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41]);
  });

  test('nothing at all is kept: the next one is the first', async () => {
    const at = (await adasClient()).comeUp(4);
    at.comeBack(9).page([], 9, { minSeq: 10, reset: true }).message(10);
    expect(at.heard('reset')).toEqual([{ dlgId: tea, reason: 'retention', minSeq: 10, head: 9 }]);
    expect(at.seqs()).toEqual([10]);
  });

  test('what came early and is still kept is not asked for again', async () => {
    const at = (await adasClient()).comeUp(4).message(8).message(9);
    at.page([], 9, { minSeq: 8, reset: true });
    expect(at.seqs()).toEqual([8, 9]);
    expect(at.heard('reset')).toHaveLength(1);
  });

  test('that something older is gone concerns nobody who has seen it', async () => {
    const at = (await adasClient()).comeUp(4).message(6);
    at.page([5, 6], 6, { minSeq: 5 });
    expect(at.heard('reset')).toEqual([]);
    expect(at.seqs()).toEqual([5, 6]);
  });
});

describe('a page for the application that comes before its key', () => {
  const under = ring(1, 2);
  async function reading(dlgId = tea) {
    const at = (await adasClient()).comeUp(4);
    if (dlgId !== tea) at.session.updateConfig({ dlgId: coffee, dlgKey: ring(3) });
    const page = at.session.history({ dlgId: tea });
    at.page([], 5, { list: [said(4), said(5, { under })] });
    return { at, page };
  }

  test('waits for it: nobody sees a message that cannot be read for a moment', async () => {
    const { at, page } = await reading();
    at.line.says({ op: 'key', dlgId: tea, dlgKey: under });
    expect(await page).toMatchObject({ list: [{ payload: {} }, { seq: 5, payload: { text: 'message 5' } }] });
  });

  test('asks for it, of a conversation that is not the chosen one too', async () => {
    const { at, page } = await reading(coffee);
    const { id: ask } = at.line.all('open').findLast(({ dlgId }) => dlgId === tea) ?? {};
    at.line.says({ op: 'opened', id: ask ?? 0, dlgId: tea, head: 5, readSeq: 0, dlgKey: under, ...life });
    expect((await page).list.map(({ error }) => error)).toEqual([undefined, undefined]);
    expect(at.line.last('leave')).toEqual({ op: 'leave', dlgId: tea });
  });

  test('is handed over as it is when there is no such key', async () => {
    const { at, page } = await reading();
    at.opened(5);
    expect((await page).list.map(({ error }) => error)).toEqual([undefined, 'E_EPOCH']);
  });

  test('is asked for again when the connection is lost meanwhile', async () => {
    const { at, page } = await reading();
    at.comeBack(4);
    expect(at.line.all('history')).toHaveLength(1);
    at.line.says({ op: 'key', dlgId: tea, dlgKey: under });
    at.page([], 5, { list: [said(5, { under })] });
    expect(await page).toMatchObject({ list: [{ seq: 5, payload: { text: 'message 5' } }] });
  });
  const life = { minSeq: 1, logEpoch: 'e1', online: [] };
});
