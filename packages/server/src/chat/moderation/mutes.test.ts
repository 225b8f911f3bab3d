import { ada, bo, cy, tea } from '@trialogue/testkit';
import { beforeEach, expect, test } from 'vitest';

import { memoryBus } from '../../bus/memory.ts';
import { as } from '../../storage/storesUnderTest.ts';
import { openShop, teaPlace, type Shop } from '../shopUnderTest.ts';

let at: Shop;
beforeEach(async () => {
  at = await openShop();
});
const muted = { refusal: 'member.muted', retry: 'never' };
const says = (event: string, userId = ada.userId) => ({ type: 'system', event, userId });
const audited = async () =>
  (await at.moderationPlatform.audit(teaPlace.appId, {})).list.map(
    ({ actor, action, subject, reason }) => `${actor} ${action} ${subject} ${reason}`,
  );

test('Cy mutes Ada for ten minutes: it is said, Ada reads on, and may write when the time is over', async () => {
  const until = at.clock.time + 600_000;
  expect(await at.moderation.mute(as(cy), tea, ada.userId, { seconds: 600, reason: 'insults' })).toEqual({
    mutedUntil: until,
  });
  await expect(at.says(ada, 'but')).rejects.toMatchObject(muted);
  expect(await at.seenBy(ada)).toEqual([says('muted')]);
  const listed = (await at.chat.members(as(bo), tea)).list;
  expect(listed.map(({ mutedUntil }) => mutedUntil)).toEqual([until, undefined, undefined]);
  at.clock.time = until;
  await at.says(ada, 'sorry');
  expect((await at.chat.members(as(bo), tea)).list[0]).not.toHaveProperty('mutedUntil');
  expect(await audited()).toEqual(['user:cy member.muted tea ada insults']);
});

test('without a time it holds until it is taken back, by the platform too', async () => {
  expect(await at.moderationPlatform.mute(teaPlace, ada.userId, {})).toEqual({ mutedUntil: null });
  at.clock.time += 50 * 366 * 86_400_000;
  await expect(at.says(ada, 'but')).rejects.toMatchObject(muted);
  expect(await at.moderation.unmute(as(cy), tea, ada.userId, {})).toEqual({});
  await at.says(ada, 'thanks');
  expect(await at.seenBy(bo)).toEqual([says('muted'), says('unmuted'), { type: 'text', text: 'thanks' }]);
});

test('on every node at once, though no word of it gets from one to the other', async () => {
  const other = await openShop({ store: at.store, bus: memoryBus() });
  await other.says(ada, 'hello');
  await at.moderation.mute(as(cy), tea, ada.userId, {});
  await expect(other.says(ada, 'but')).rejects.toMatchObject(muted);
  other.close();
});

test('who may not is refused before anything is noted', async () => {
  await expect(at.moderation.mute(as(bo), tea, ada.userId, {})).rejects.toMatchObject({ refusal: 'desk.not_service' });
  const nowhere = { ...teaPlace, dlgId: 'nowhere' as typeof tea };
  await expect(at.moderationPlatform.mute(nowhere, ada.userId, {})).rejects.toMatchObject({
    refusal: 'conversation.not_found',
  });
  expect(await audited()).toEqual([]);
});

test('who is muted can still call for customer service, and is called in nobody’s way', async () => {
  await at.moderationPlatform.mute(teaPlace, ada.userId, {});
  expect(await at.desk.call(as(ada), tea)).toMatchObject({ calledAt: at.clock.time });
});

test('what the platform reads and destroys is noted before it is done, with its reason', async () => {
  await at.says(ada, 'hello');
  for await (const _ of await at.platform.transcript(teaPlace, { notes: false, reason: 'dispute 7' }));
  await at.platform.removeMember(teaPlace, bo.userId, 'left the shop');
  await at.deskPlatform.putSettings(teaPlace.appId, { retentionDays: 30, greeting: { text: 'secret words' } });
  await at.platform.deleteGroup(teaPlace, 'GDPR 12');
  expect(await audited()).toEqual([
    'platform transcript.read tea dispute 7',
    'platform member.removed tea bo left the shop',
    'platform settings.changed retentionDays=30 greeting ',
    'platform group.destroyed tea GDPR 12',
  ]);
});
