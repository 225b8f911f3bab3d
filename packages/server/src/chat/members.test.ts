import { currentEpoch, open, parseKeyring } from '@trialogue/crypto';
import { id, type DlgId, type UserId } from '@trialogue/protocol';
import { ada, bo, cy, mal, shop, tea } from '@trialogue/testkit';
import { beforeEach, expect, test } from 'vitest';

import { as } from '../storage/storesUnderTest.ts';
import { openShop, teaPlace, type Shop } from './shopUnderTest.ts';

let at: Shop;
beforeEach(async () => {
  at = await openShop();
});

test('a new group has a key, its members and no message', async () => {
  const custom = { order: 'A-17' };
  const dlgId = await at.platform.createGroup(shop, { name: 'n', members: [ada, bo, ada], custom });
  expect(dlgId).toMatch(/^[\w-]{22}$/);
  const { dlgKey, ...entered } = await at.chat.enter(as(ada), dlgId);
  expect([...parseKeyring(dlgKey).keys()]).toEqual([1]);
  expect(entered).toEqual({
    name: 'n',
    head: 0,
    minSeq: 1,
    logEpoch: expect.any(String),
    readSeq: 0,
    me: { userId: 'ada', name: ada.name, avatar: '', remark: '', urole: 'user' },
    custom,
  });
  expect(at.told).toEqual([]);
});

test('conversations have keys of their own', async () => {
  const dlgId = await at.platform.createGroup(shop, { name: 'n', members: [ada] });
  expect((await at.chat.enter(as(ada), dlgId)).dlgKey).not.toBe(await at.dlgKeyOf(ada));
});

test('a group id that is taken is refused', async () => {
  const again = at.platform.createGroup(shop, { groupId: tea, name: 'n', members: [mal] });
  await expect(again).rejects.toMatchObject({ refusal: 'conversation.exists' });
});

test('a member who is added reads from the beginning, and a line says who came', async () => {
  await at.says(ada, 'before');
  const group = await at.platform.addMembers(teaPlace, [bo, mal]);
  expect(group.members.map(({ userId }) => userId)).toEqual(['ada', 'bo', 'cy', 'mal']);
  expect(group.keyEpoch).toBe(1);
  expect(await at.seenBy(mal)).toEqual([
    { type: 'text', text: 'before' },
    { type: 'system', event: 'joined', userId: 'mal' },
  ]);
  expect(at.told.slice(1)).toMatchObject([{ kind: 'message', message: { seq: 2, fromuid: '$system' } }]);
});

test('a removal: those who stay get the next key, who left can open nothing of what follows (I20, I21)', async () => {
  await at.says(ada, 'before');
  const keyOfCy = await at.dlgKeyOf(cy);
  const group = await at.platform.removeMember(teaPlace, cy.userId);
  expect(group).toMatchObject({ groupId: tea, dlgId: tea, name: '龙井', keyEpoch: 2 });
  expect(at.told.slice(1).map(({ kind }) => kind)).toEqual(['removed', 'key', 'message']);

  await at.says(bo, 'after');
  const { list } = await at.chat.history(as(ada), tea, {});
  expect(() => open(list[2]?.content ?? '', tea, keyOfCy)).toThrow(expect.objectContaining({ code: 'E_EPOCH' }));
  await expect(at.chat.enter(as(cy), tea)).rejects.toMatchObject({ refusal: 'conversation.not_member' });
  expect(currentEpoch(parseKeyring(await at.log.dlgKey(teaPlace)))).toBe(2);
  expect(await at.log.memberIds(teaPlace)).toEqual(['ada', 'bo']);
  expect(await at.seenBy(ada)).toHaveLength(3);
});

test('two removals at once both happen, each with a key of its own', async () => {
  await Promise.all([at.platform.removeMember(teaPlace, cy.userId), at.platform.removeMember(teaPlace, bo.userId)]);
  expect(currentEpoch(parseKeyring(await at.dlgKeyOf(ada)))).toBe(3);
  expect(await at.seenBy(ada)).toHaveLength(2);
});

test('after more removals than a dlgKey holds the newest messages can be read, and the transcript has all', async () => {
  await at.platform.addMembers(teaPlace, [mal]);
  for (let n = 0; n < 70; n++) {
    await at.platform.removeMember(teaPlace, mal.userId);
    await at.platform.addMembers(teaPlace, [mal]);
  }
  await at.says(ada, 'still here');
  expect(parseKeyring(await at.dlgKeyOf(ada)).size).toBe(64);
  const lines = [];
  for await (const line of await at.platform.transcript(teaPlace)) lines.push(line);
  expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, n) => n + 1));
  expect(lines[0]?.payload).toEqual({ type: 'system', event: 'joined', userId: 'mal' });
  expect(lines.at(-1)?.payload).toEqual({ type: 'text', text: 'still here' });
});

test('what is not there is refused by name', async () => {
  const nowhere = { appId: shop, dlgId: id<DlgId>('nowhere') };
  const ghost = { userId: id<UserId>('ghost') };
  const notFound = { refusal: 'conversation.not_found' };
  await expect(at.platform.addMembers(nowhere, [ada])).rejects.toMatchObject(notFound);
  await expect(at.platform.removeMember(nowhere, ada.userId)).rejects.toMatchObject(notFound);
  await expect(at.platform.transcript(nowhere)).rejects.toMatchObject(notFound);
  await expect(at.log.dlgKey(nowhere)).rejects.toMatchObject(notFound);
  await expect(at.platform.addMembers(teaPlace, [ghost])).rejects.toMatchObject({ refusal: 'user.not_found' });
  await expect(at.platform.removeMember(teaPlace, mal.userId)).rejects.toMatchObject({ refusal: 'member.not_found' });
});

test('the member list says who is here and how far each has read', async () => {
  await at.says(ada, 'hello');
  await at.chat.markRead(as(bo), tea, 1);
  const { list } = await at.chat.members(as(ada), tea);
  expect(list.map(({ userId, online, readSeq }) => [userId, online, readSeq])).toEqual([
    ['ada', false, 0],
    ['bo', true, 1],
    ['cy', false, 0],
  ]);
});

test('the conversation list has all that is needed to show and open it', async () => {
  await at.says(ada, 'hello');
  const { list, ...rest } = await at.chat.conversations(as(bo), {});
  expect(rest).toEqual({ total: 1, page: 1, size: 20 });
  expect(list).toMatchObject([{ dlgId: tea, name: '龙井', unread: 1, lastSeq: 1, readSeq: 0 }]);
  const content = list[0]?.lastMessage?.content ?? '';
  expect(open(content, tea, list[0]?.dlgKey ?? '')).toContain('hello');
});

test('a profile that is put again replaces the one before', async () => {
  const profile = { userId: ada.userId, name: 'Ada', urole: 'user' as const };
  expect(await at.platform.putUser(shop, { ...profile, remark: 'VIP' })).toMatchObject({ avatar: '', remark: 'VIP' });
  expect(await at.platform.putUser(shop, profile)).toMatchObject({ remark: '' });
  expect((await at.chat.enter(as(ada), tea)).me).toMatchObject({ name: 'Ada', remark: '' });
});

test('a conversation has as many members as the limit says, and not one more', async () => {
  at = await openShop({ limits: { membersPerGroup: 3 } });
  await at.platform.createGroup(shop, { groupId: id<DlgId>('two'), name: 'n', members: [ada, bo] });
  await at.platform.createGroup(shop, { groupId: id<DlgId>('three'), name: 'n', members: [ada, bo, cy] });
  await expect(at.platform.createGroup(shop, { name: 'n', members: [ada, bo, cy, mal] })).rejects.toMatchObject({
    refusal: 'member.too_many',
  });
  const addTo = (dlgId: string) => at.platform.addMembers({ appId: shop, dlgId: id<DlgId>(dlgId) }, [mal]);
  await expect(addTo('two')).resolves.toMatchObject({ members: { length: 3 } });
  await expect(addTo('three')).rejects.toMatchObject({ refusal: 'member.too_many' });
});

test('one may be in as many conversations as the limit says, customer service in more; who leaves one has room again', async () => {
  // All three are in the tea conversation already.
  at = await openShop({ limits: { groupsPerUser: 2, groupsPerAgent: 3 } });
  const create = (name: string, members = [ada, bo, cy]) =>
    at.platform.createGroup(shop, { groupId: id<DlgId>(name), name, members });
  const tooMany = { refusal: 'user.too_many_groups', detail: 'userId: ada, at most 2' };
  await create('second');
  await expect(create('third')).rejects.toMatchObject(tooMany);
  await create('third', [cy]);
  await expect(create('fourth', [cy])).rejects.toMatchObject({ detail: 'userId: cy, at most 3' });
  const third = { appId: shop, dlgId: id<DlgId>('third') };
  await expect(at.platform.addMembers(third, [ada])).rejects.toMatchObject(tooMany);
  await at.platform.removeMember({ appId: shop, dlgId: id<DlgId>('second') }, ada.userId);
  await expect(at.platform.addMembers(third, [ada])).resolves.toMatchObject({ members: { length: 2 } });
});
