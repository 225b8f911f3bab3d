import { seal } from '@trialogue/crypto';
import { ada, bo, cy, mal, tea } from '@trialogue/testkit';
import { beforeEach, expect, test } from 'vitest';

import { as } from '../../storage/storesUnderTest.ts';
import { openShop, teaPlace, type Shop } from '../shopUnderTest.ts';

let at: Shop;
beforeEach(async () => {
  at = await openShop();
  await at.says(ada, 'you fool');
});
const { appId } = teaPlace;
const abuse = { reason: 'abuse', text: 'every day' } as const;
const envelope = async (seq = 1) => (await at.chat.history(as(bo), tea, {})).list[seq - 1]?.content ?? '';

test('Bo reports what Ada said: the platform reads what she sent, not what he says she did', async () => {
  const { reportId } = await at.moderation.report(as(bo), tea, 1, abuse);
  const { list, total } = await at.moderationPlatform.reports(appId, {});
  expect(total).toBe(1);
  expect(list).toEqual([
    {
      reportId,
      groupId: tea,
      seq: 1,
      msgId: expect.any(String),
      clientMsgId: expect.any(String),
      fromuid: ada.userId,
      sentAt: at.clock.time,
      payload: { type: 'text', text: 'you fool' },
      content: await envelope(),
      contentHash: expect.stringMatching(/^[\w-]{43}$/),
      reporterId: bo.userId,
      ...abuse,
      createdAt: at.clock.time,
      resolvedAt: null,
      outcome: null,
      note: '',
    },
  ]);
  expect((await at.moderationPlatform.audit(appId, {})).list).toMatchObject([
    { actor: 'platform', action: 'reports.read', subject: reportId },
  ]);
});

test('a message that was taken back is proved by the very envelope that was received, and by nothing else', async () => {
  const received = await envelope();
  const { clientMsgId } = (await at.chat.history(as(bo), tea, {})).list[0] ?? {};
  await at.chat.recall(as(ada), tea, 1);
  await expect(at.moderation.report(as(bo), tea, 1, abuse)).rejects.toMatchObject({ refusal: 'message.not_found' });
  // Bo holds the key as well, and can seal in her name; it is not what the server took from her.
  const forged = seal(JSON.stringify({ type: 'text', text: 'far worse' }), {
    dlgId: tea,
    dlgKey: await at.dlgKeyOf(bo),
    fromuid: ada.userId,
    clientMsgId: clientMsgId ?? '',
  });
  for (const content of [forged, received.slice(0, -1), `${received}A`, 'IM1.x']) {
    await expect(at.moderation.report(as(bo), tea, 1, { ...abuse, content })).rejects.toMatchObject({
      refusal: 'report.unproven',
    });
  }
  await at.moderation.report(as(bo), tea, 1, { ...abuse, content: received });
  const { list } = await at.moderationPlatform.reports(appId, {});
  expect(list).toMatchObject([{ payload: { type: 'text', text: 'you fool' }, fromuid: 'ada' }]);
});

test('with a wrong envelope a message that is still there is not reported either', async () => {
  await expect(at.moderation.report(as(bo), tea, 1, { ...abuse, content: 'IM1.x' })).rejects.toMatchObject({
    refusal: 'report.unproven',
  });
  await expect(at.moderation.report(as(mal), tea, 1, abuse)).rejects.toMatchObject({
    refusal: 'conversation.not_member',
  });
  await expect(at.moderation.report(as(bo), tea, 7, abuse)).rejects.toMatchObject({ refusal: 'message.not_found' });
});

test('the platform says what became of it', async () => {
  const { reportId } = await at.moderation.report(as(bo), tea, 1, abuse);
  at.clock.time += 1000;
  const resolved = await at.moderationPlatform.resolve(appId, reportId, { outcome: 'upheld', note: 'muted for a day' });
  expect(resolved).toMatchObject({
    reportId,
    resolvedAt: at.clock.time,
    outcome: 'upheld',
    note: 'muted for a day',
    ...abuse,
  });
  expect((await at.moderationPlatform.reports(appId, {})).list).toEqual([]);
  expect((await at.moderationPlatform.reports(appId, { status: 'resolved' })).list).toEqual([resolved]);
  await expect(at.moderationPlatform.resolve(appId, 'nothing', { outcome: 'upheld' })).rejects.toMatchObject({
    refusal: 'report.not_found',
  });
});

test('what was reported lies sealed, and opens nowhere else', async () => {
  const { reportId } = await at.moderation.report(as(bo), tea, 1, abuse);
  const row = await at.store.findReport(appId, reportId);
  expect(JSON.stringify(row)).not.toMatch(/fool|abuse|every day/);
  const kept = Buffer.from(at.keys.unwrap(row?.sealed ?? '', ['report', appId, tea, reportId])).toString();
  expect(kept).toContain('every day');
  expect(kept).not.toContain('fool');
  expect(() => at.keys.unwrap(row?.sealed ?? '', ['report', appId, tea, 'another'])).toThrow();
});

test('it is for members, thirty an hour', async () => {
  at = await openShop({ limits: { reportsPerUserPerHour: 2 } });
  for (let seq = 1; seq <= 3; seq++) await at.says(ada, `${seq}`);
  for (const seq of [1, 2]) await at.moderation.report(as(bo), tea, seq, abuse);
  await expect(at.moderation.report(as(bo), tea, 3, abuse)).rejects.toMatchObject({ refusal: 'rate.limited' });
  await at.moderation.report(as(cy), tea, 3, abuse);
  at.steady.ms += 1_800_000;
  await at.moderation.report(as(bo), tea, 3, abuse);
});
