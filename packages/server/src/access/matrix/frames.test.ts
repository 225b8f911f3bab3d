import {
  clientFrame,
  id,
  retryOf,
  type ClientFrame,
  type ServerFrame,
  type Sid,
  type Urole,
} from '@trialogue/protocol';
import { tea } from '@trialogue/testkit';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { heard } from '../../gateway/events.ts';
import { handTimers } from '../../gateway/nodeUnderTest.ts';
import { createSwitchboard, type Switchboard } from '../../gateway/switchboard.ts';
import { frameOf } from '../../gateway/wire.ts';
import { appSecret } from '../../http/httpUnderTest.ts';
import { silentLogger } from '../../ops/log.ts';
import { noMetrics } from '../../ops/metrics.ts';
import { absent, canary, openWorld, outsiders, uroles, type Standing, type World } from './standingsUnderTest.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const clock = handTimers();
let world: World;
let switchboard: Switchboard;
const failures: string[] = [];
beforeAll(async () => {
  world = await openWorld();
  const { chat, log, signIn, bus, clock: wall } = world.at;
  switchboard = createSwitchboard({
    chat,
    log,
    signIn,
    bus,
    clock: wall,
    logger: silentLogger,
    metrics: { ...noMetrics, failed: (where) => void failures.push(where) },
    timers: clock.timers,
  });
});
afterAll(async () => {
  switchboard.stop();
  await world.at.close();
});

type Op = ClientFrame['op'];
type Place = typeof tea;
interface Row {
  /** The frame, about a conversation; of those about none only that it tells nothing of one. */
  frame: (at: World, urole: Urole, standing: Standing, dlgId: Place) => ClientFrame | Promise<ClientFrame>;
  isAbout: 'a conversation' | 'nothing';
  /** What a member is answered; nothing where that is so. */
  answer?: ServerFrame['op'];
}

/** Every frame of a client. A new one is a type error here. */
const rows: { [Name in Op]: Row } = {
  bind: {
    isAbout: 'nothing',
    frame: async (at, urole, standing) => ({
      op: 'bind',
      token: await at.tokenOf(urole, standing),
      uid: at.userIdOf(urole, standing),
      sid: id<Sid>('0123456789abcdef'),
      fence: 1,
    }),
  },
  auth: {
    isAbout: 'nothing',
    frame: async (at, urole, standing) => ({ op: 'auth', token: await at.tokenOf(urole, standing) }),
    answer: 'bound',
  },
  open: { isAbout: 'a conversation', frame: (_, __, ___, dlgId) => ({ op: 'open', id: 7, dlgId }), answer: 'opened' },
  leave: { isAbout: 'a conversation', frame: (_, __, ___, dlgId) => ({ op: 'leave', dlgId }) },
  send: {
    isAbout: 'a conversation',
    frame: async (at, urole, standing, dlgId) => ({
      op: 'send',
      id: 7,
      dlgId,
      ...(standing === 'member' ? await at.sealed(urole) : at.forged(urole, standing, dlgId)),
    }),
    answer: 'ack',
  },
  history: {
    isAbout: 'a conversation',
    frame: (_, __, ___, dlgId) => ({ op: 'history', id: 7, dlgId, after: 0 }),
    answer: 'page',
  },
  delivered: { isAbout: 'a conversation', frame: (_, __, ___, dlgId) => ({ op: 'delivered', dlgId, seq: 1 }) },
  read: { isAbout: 'a conversation', frame: (_, __, ___, dlgId) => ({ op: 'read', dlgId, seq: 1 }) },
  typing: { isAbout: 'a conversation', frame: (_, __, ___, dlgId) => ({ op: 'typing', dlgId, isTyping: true }) },
  pong: { isAbout: 'nothing', frame: () => ({ op: 'pong' }) },
};
const about = (what: Row['isAbout']) => (Object.keys(rows) as Op[]).filter((op) => rows[op].isAbout === what);

/** A bound socket, and what it is told from then on. */
async function socketOf(urole: Urole, standing: Standing) {
  const frames: ServerFrame[] = [];
  const closes: string[] = [];
  const driver = switchboard.plug({
    send: (frame) => void frames.push(frameOf(frame)),
    close: (reason) => void closes.push(reason),
    unsentBytes: () => 0,
  });
  driver.tell({ type: 'opened', serverTime: 0 });
  const says = async (frame: ClientFrame) => {
    const bound = () => frames.filter(({ op }) => op === 'bound').length;
    const before = bound();
    driver.tell(heard(JSON.stringify(frame)));
    // A token is checked on another thread, at its own pace.
    if ('token' in frame) await vi.waitFor(() => expect(bound()).toBe(before + 1), { interval: 2 });
    // What is not answered is gathered for a moment, and then told.
    await clock.pass(400);
  };
  const token = await world.tokenOf(urole, standing);
  await says({ op: 'bind', token, uid: world.userIdOf(urole, standing) });
  expect(frames.map(({ op }) => op)).toEqual(['hello', 'bound']);
  frames.length = 0;
  return { frames, closes, says, ends: () => driver.tell({ type: 'lost' }) };
}

/** Somebody who is in it and would hear of all that happens there. */
async function witness(urole: Urole = 'merchant') {
  const it = await socketOf(urole, 'member');
  await it.says({ op: 'open', id: 1, dlgId: tea });
  it.frames.length = 0;
  return it;
}
/** That a member is here is told of whatever session it is: the person is in it. */
const told = (frames: ServerFrame[]) => frames.filter(({ op }) => op !== 'ping' && op !== 'presence');

const stored = async () => {
  const place = { appId: world.at.shopApp.appId, dlgId: tea };
  const actor = await world.at.signIn.authenticate(await world.tokenOf('user', 'member'));
  return [await world.at.store.findConversation(place), await world.at.store.listMembers(actor, tea)];
};

/** What differs from one to the other anyhow: the names that the asker itself has given. */
const nameless = (frames: ServerFrame[], dlgId: Place): string =>
  JSON.stringify(frames)
    .replaceAll(`"${dlgId}"`, '"…"')
    .replaceAll(/"c-[0-9a-f]{12}"/g, '"c"');

test('no frame is missing from the matrix, and each says truly whether it is about a conversation', () => {
  const { kind } = clientFrame;
  if (kind.is !== 'tagged') throw new Error('the frames of a client are no table any more');
  expect(Object.keys(rows).toSorted()).toEqual([...kind.variants.keys()].toSorted());
  for (const [op, { kind: variant }] of kind.variants) {
    const isAboutOne = variant.is === 'record' && 'dlgId' in variant.fields;
    expect([op, rows[op as Op].isAbout]).toEqual([op, isAboutOne ? 'a conversation' : 'nothing']);
  }
});

describe.for(outsiders)('T4 T6: %s', (standing) => {
  describe.for(uroles)('as %s', (urole) => {
    test.for(about('a conversation'))('%s: what is foreign answers as what is not there', async (op) => {
      const before = await stored();
      const watching = await witness();
      const outsider = await socketOf(urole, standing);
      const answered = [];
      for (const dlgId of [tea, absent] as const) {
        await outsider.says(await rows[op].frame(world, urole, standing, dlgId));
        answered.push(nameless(told(outsider.frames), dlgId));
        expect(outsider.closes).toEqual([]);
        outsider.frames.length = 0;
      }
      expect(answered[0]).toBe(answered[1]);
      if (rows[op].answer) expect(answered[0]).toContain('"conversation.not_member"');
      else expect(answered[0]).toBe('[]');
      expect(told(watching.frames)).toEqual([]);
      expect(await stored()).toEqual(before);
      outsider.ends();
      watching.ends();
    });

    test.for(about('nothing').filter((op) => op !== 'bind'))('%s: tells nothing of it', async (op) => {
      const outsider = await socketOf(urole, standing);
      await outsider.says(await rows[op].frame(world, urole, standing, tea));
      expect(JSON.stringify(outsider.frames)).not.toContain(`"${tea}"`);
      outsider.ends();
    });

    test('hears nothing of what is said there', async () => {
      const outsider = await socketOf(urole, standing);
      const member = await socketOf('user', 'member');
      await member.says({ op: 'open', id: 1, dlgId: tea });
      for (const op of ['send', 'read', 'typing'] as const) {
        await member.says(await rows[op].frame(world, 'user', 'member', tea));
      }
      expect(told(outsider.frames)).toEqual([]);
      outsider.ends();
      member.ends();
    });
  });
});

describe.for(uroles)('a member as %s', (urole) => {
  test.for((Object.keys(rows) as Op[]).filter((op) => op !== 'bind'))('%s', async (op) => {
    const member = await socketOf(urole, 'member');
    await member.says(await rows[op].frame(world, urole, 'member', tea));
    const { answer } = rows[op];
    if (answer) expect(member.frames.map((frame) => frame.op)).toContain(answer);
    expect(member.closes).toEqual([]);
    expect(JSON.stringify(member.frames)).not.toContain(canary);
    member.ends();
  });
});

describe.for(uroles)('T6: whoever is removed as %s', (urole) => {
  test('hears nothing more on the socket that is open, and is a member again when let in', async () => {
    const place = { appId: world.at.shopApp.appId, dlgId: tea };
    const userId = world.userIdOf(urole, 'member');
    const socket = await socketOf(urole, 'member');
    await socket.says({ op: 'open', id: 1, dlgId: tea });
    socket.frames.length = 0;

    await world.at.platform.removeMember(place, userId);
    await clock.pass(1_000);
    expect(socket.frames.map(({ op }) => op)).toEqual(['left']);
    socket.frames.length = 0;
    const other = uroles.find((each) => each !== urole) as Urole;
    const member = await socketOf(other, 'member');
    await member.says(await rows.send.frame(world, other, 'member', tea));
    await socket.says({ op: 'history', id: 2, dlgId: tea, after: 0 });
    expect(told(socket.frames)).toMatchObject([{ op: 'refused', error: 'conversation.not_member' }]);
    await world.at.platform.addMembers(place, [{ userId }]);
    socket.ends();
    member.ends();
  });
});

test('T6: whoever has a conversation open that is deleted is out, and nothing fails over it', async () => {
  const { appId } = world.at.shopApp;
  const milk = id<typeof tea>('milk');
  await world.at.platform.createGroup(appId, {
    groupId: milk,
    name: 'Milk',
    members: [{ userId: world.userIdOf('user', 'member') }],
  });
  const socket = await socketOf('user', 'member');
  await socket.says({ op: 'open', id: 1, dlgId: milk });
  socket.frames.length = 0;
  await world.at.platform.deleteGroup({ appId, dlgId: milk });
  await clock.pass(1_000);
  expect(told(socket.frames)).toEqual([{ op: 'left', dlgId: milk }]);
  await socket.says({ op: 'history', id: 2, dlgId: milk });
  expect(socket.frames.at(-1)).toMatchObject({ op: 'refused', error: 'conversation.not_member' });
  expect(failures).toEqual([]);
  socket.ends();
});

test.for(uroles)(
  'who is muted as %s has a final nack for what is sent, is heard typing by nobody, and reads on',
  async (urole) => {
    const path = `/platform/v1/groups/${tea}/members/${world.userIdOf(urole, 'member')}/mute`;
    const watching = await witness(urole === 'merchant' ? 'user' : 'merchant');
    const member = await socketOf(urole, 'member');
    await member.says({ op: 'open', id: 1, dlgId: tea });
    expect((await world.at.ask(`PUT ${path}`, { as: appSecret, body: {} })).status).toBe(200);
    await clock.pass(1_000);
    for (const { frames } of [member, watching]) frames.length = 0;

    await member.says(await rows.send.frame(world, urole, 'member', tea));
    await member.says({ op: 'typing', dlgId: tea, isTyping: true });
    await member.says({ op: 'history', id: 3, dlgId: tea });
    expect(told(member.frames)).toMatchObject([
      { op: 'nack', error: 'member.muted' },
      { op: 'page', id: 3 },
    ]);
    expect(retryOf('member.muted')).toBe('never');
    expect(told(watching.frames)).toEqual([]);

    await world.at.ask(`DELETE ${path}`, { as: appSecret });
    await member.says(await rows.send.frame(world, urole, 'member', tea));
    expect(member.frames.map(({ op }) => op)).toContain('ack');
    member.ends();
    watching.ends();
  },
);
