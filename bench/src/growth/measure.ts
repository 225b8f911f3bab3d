import { randomBytes } from 'node:crypto';

import { id, type ClientMsgId, type MsgId, type SessionId, type UserId } from '@trialogue/protocol';
import type { Storage } from '@trialogue/server/stores';

import type { Ground } from './grounds.ts';
import { APP, agentOf, dlgOf, headOf, shopperOf, type World } from './world.ts';

type Ask = () => Promise<unknown>;

/** One thing that is asked of a store, of some place in a world. */
interface Deed {
  says: string;
  /** Of one turn. What takes long is asked less often. */
  times: number;
  /** Chooses the place, and answers what the clock is for. */
  ask(store: Storage, world: World): Ask | Promise<Ask>;
}

const PAGE = 50;
const FEW = 6;
const MANY = 60;

const actor = (userId: UserId) => ({ appId: APP, userId, sessionId: id<SessionId>('growth') });
const upTo = (count: number) => 1 + Math.floor(Math.random() * count);
/** In the order of time, as our clients make them. */
const uuid7 = () => Date.now().toString(16).padStart(12, '0') + randomBytes(10).toString('hex');
const draftFrom = (fromuid: UserId) => ({
  msgId: id<MsgId>(randomBytes(16).toString('base64url')),
  clientMsgId: id<ClientMsgId>(uuid7()),
  fromuid,
  content: 'IM1.'.padEnd(400, 'x'),
  epoch: 1,
});

export const deeds = {
  newest: {
    says: 'newest page of history',
    times: MANY,
    ask(store, world) {
      const conversation = upTo(world.conversations);
      return () => store.readPage(actor(shopperOf(conversation, world)), dlgOf(conversation), { limit: PAGE });
    },
  },
  anywhere: {
    says: 'page anywhere in any conversation',
    times: MANY,
    ask(store, world) {
      const conversation = upTo(world.conversations);
      const before = PAGE + upTo(headOf(conversation, world) - PAGE);
      return () => store.readPage(actor(shopperOf(conversation, world)), dlgOf(conversation), { before, limit: PAGE });
    },
  },
  long: {
    says: 'page anywhere in the longest one',
    times: MANY,
    ask(store, world) {
      const before = PAGE + upTo(headOf(1, world) - PAGE);
      return () => store.readPage(actor(shopperOf(1, world)), dlgOf(1), { before, limit: PAGE });
    },
  },
  shopper: {
    says: 'a shopper’s list, with unread counts',
    times: MANY,
    ask(store, world) {
      const who = actor(shopperOf(upTo(world.conversations), world));
      return () => store.listConversations(who, { page: 1, size: 20 });
    },
  },
  desk: {
    says: 'the desk’s list: all',
    times: FEW,
    ask(store, world) {
      const who = actor(agentOf(upTo(world.conversations)));
      return () => store.listConversations(who, { page: 1, size: 20 });
    },
  },
  open: {
    says: 'the desk’s list: open',
    times: FEW,
    ask(store, world) {
      const who = actor(agentOf(upTo(world.conversations)));
      return () => store.listConversations(who, { page: 1, size: 20, filter: 'open' });
    },
  },
  waiting: {
    says: 'the desk’s list: who waits',
    times: FEW,
    ask(store, world) {
      const who = actor(agentOf(upTo(world.conversations)));
      return () => store.listConversations(who, { page: 1, size: 20, filter: 'waiting' });
    },
  },
  counts: {
    says: 'how long each list of the desk is',
    times: FEW,
    ask(store, world) {
      const who = actor(agentOf(upTo(world.conversations)));
      return () => store.countDesk(who);
    },
  },
  append: {
    says: 'one message, on disk',
    times: MANY,
    ask(store, world) {
      const conversation = upTo(world.conversations);
      const shopper = shopperOf(conversation, world);
      const draft = draftFrom(shopper);
      return () => store.appendMessage(actor(shopper), dlgOf(conversation), draft, Date.now());
    },
  },
  mark: {
    says: 'a read mark, on disk',
    times: MANY,
    async ask(store, world) {
      const conversation = upTo(world.conversations);
      const shopper = shopperOf(conversation, world);
      const { seq } = await store.appendMessage(actor(shopper), dlgOf(conversation), draftFrom(shopper), Date.now());
      return () => store.raiseMarks(actor(agentOf(conversation)), dlgOf(conversation), { readSeq: seq });
    },
  },
} as const satisfies Record<string, Deed>;
export type DeedName = keyof typeof deeds;

/** Milliseconds. */
export interface Times {
  p50: number;
  p99: number;
  /** What this process spent on one, its threads included: what else the machine does hardly shows in it. */
  cpu: number;
}

interface Asked {
  times: number[];
  cpu: number[];
}

/**
 * Asks all of them of every store, in turns, so that whatever else the machine does at a moment hits all sizes alike.
 */
export async function measure(
  grounds: readonly Ground[],
  rounds: number,
  onProgress: (share: number) => void,
): Promise<Record<DeedName, Times>[]> {
  const stores: Storage[] = [];
  for (const ground of grounds) stores.push(await ground.open());
  const took = grounds.map(() => new Map<string, Asked>());
  try {
    // Nobody counts the first round: statements are prepared in it, and code is compiled.
    for (let round = 0; round <= rounds; round++) {
      for (const [name, deed] of Object.entries(deeds)) {
        for (const [at, { world }] of grounds.entries()) {
          const asked = await askAll(deed, stores[at]!, world);
          if (round === 0) continue;
          const before = took[at]!.get(name) ?? { times: [], cpu: [] };
          took[at]!.set(name, { times: [...before.times, ...asked.times], cpu: [...before.cpu, ...asked.cpu] });
        }
      }
      onProgress(round / rounds);
    }
  } finally {
    for (const store of stores) await store.close();
  }
  return took.map((all) => Object.fromEntries([...all].map(([name, asked]) => [name, timesOf(asked)]))) as Record<
    DeedName,
    Times
  >[];
}

async function askAll(deed: Deed, store: Storage, world: World): Promise<Asked> {
  const times: number[] = [];
  let spent = 0;
  for (let time = 0; time < deed.times; time++) {
    const ask = await deed.ask(store, world);
    const [from, begun] = [performance.now(), process.cpuUsage()];
    await ask();
    times.push(performance.now() - from);
    const { user, system } = process.cpuUsage(begun);
    spent += (user + system) / 1000;
  }
  return { times, cpu: [spent / deed.times] };
}

function timesOf({ times, cpu }: Asked): Times {
  return { p50: shareOf(times, 0.5), p99: shareOf(times, 0.99), cpu: shareOf(cpu, 0.5) };
}

function shareOf(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
