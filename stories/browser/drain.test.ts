import { Im } from '@trialogue/sdk';
import { ada, bo, cy } from '@trialogue/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';

import { startNode, type Node } from './node.ts';

const LONGEST_MS = 30_000;

let node: Node;
beforeAll(async () => {
  node = await startNode();
  for (const { userId, name, urole } of [ada, bo, cy]) await node.platform.putUser(userId, name, urole);
});
afterAll(() => node.stop());

async function connect(groupId: string, userId: string): Promise<Im> {
  const { token } = await node.platform.createToken(userId);
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${node.origin}/api/v1/conversation?groupId=${groupId}`, { headers });
  const { data } = (await answer.json()) as { data: { wsAddress: string; dlgId: string; dlgKey: string } };
  const imApp = new Im({ WebSocket });
  await new Promise<void>((resolve) => {
    imApp.on('opened', () => resolve());
    imApp.getInstance({ wsAddr: data.wsAddress, dlgId: data.dlgId, dlgKey: data.dlgKey, user: { fromuid: userId } });
    imApp.socket.bindUser({ token, uid: userId });
  });
  return imApp;
}

test('SIGTERM in the middle of many sends: exit 0 in time, and every send is settled, once, now or after the restart', async () => {
  const { groupId } = await node.platform.createGroup('订单', [ada.userId, bo.userId, cy.userId]);
  const people = await Promise.all([ada, bo, cy].map(({ userId }) => connect(groupId, userId)));
  const texts: string[] = [];
  const sends: Promise<{ seq: number }>[] = [];
  const write = (round: number) => {
    for (const [at, imApp] of people.entries()) {
      const text = `${at} ${round}`;
      texts.push(text);
      sends.push(imApp.socket.send({ type: 'text', text }));
    }
  };
  try {
    for (let round = 0; round < 40; round++) write(round);
    await Promise.race(sends);
    const startedAt = performance.now();
    const leaving = node.leave();
    for (let round = 40; round < 60; round++) write(round);
    expect(await leaving).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(LONGEST_MS);

    await node.restart();
    const seqs = (await Promise.all(sends)).map(({ seq }) => seq);
    expect([...seqs].sort((one, other) => one - other)).toEqual(texts.map((_, at) => at + 1));
    const stored = await node.platform.transcript(groupId);
    const kept = stored.map(({ payload }) => (payload.type === 'text' ? payload.text : payload.type));
    expect(kept.sort()).toEqual([...texts].sort());
  } finally {
    for (const imApp of people) imApp.socket.close();
  }
});

test.for([
  ['APP_SECRET', 'short'],
  ['APP_SECRET', 'change-me-change-me-change-me-change-me'],
  ['MASTER_KEY', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  ['ALLOWED_ORIGINS', 'https://shop.test/path'],
  ['PORT', 'eighty'],
] as const)('it refuses to start with %s=%s, and says which and why', async ([name, value]) => {
  await expect(startNode({ [name]: value })).rejects.toThrow(new RegExp(`- ${name} .*Expected: `));
});
