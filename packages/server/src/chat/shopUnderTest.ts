import { randomBytes } from 'node:crypto';

import { open, seal } from '@trialogue/crypto';
import { id, limits, type ClientMsgId, type Limits, type Payload } from '@trialogue/protocol';
import { ada, bo, cy, shop, tea, type Person } from '@trialogue/testkit';

import { keepAudit } from '../access/audit.ts';
import { masterKey } from '../access/masterKey.ts';
import { createRates } from '../access/rates.ts';
import { memoryBus } from '../bus/memory.ts';
import { memoryFiles } from '../files/memory.ts';
import type { Storage } from '../storage/commands.ts';
import { openInProcess } from '../storage/sqlite/inProcess.ts';
import { as, putCast } from '../storage/storesUnderTest.ts';
import { makeDesk } from './desk/makeDesk.ts';
import type { DeskStore } from './desk/ports.ts';
import { makeChat, type ChatPorts } from './makeChat.ts';
import { makeModeration } from './moderation/makeModeration.ts';
import type { Bus, Notice } from './ports.ts';

export const teaPlace = { appId: shop, dlgId: tea };

/** A store with the tea shop in it: Ada, Bo and Cy are in one conversation. */
async function shopStore(): Promise<Storage> {
  const store = await openInProcess();
  await putCast(store);
  const { platform, close } = await openShop({ store });
  await platform.createGroup(shop, { groupId: tea, name: '龙井', members: [ada, bo, cy] });
  close();
  return store;
}

/** One node of the tea shop; everything is real but the network and the disk. Nodes may share a store, or a bus. */
export async function openShop(shared: { bus?: Bus; store?: Storage; limits?: Partial<Limits> } = {}) {
  const store = shared.store ?? (await shopStore());
  const bus = shared.bus ?? memoryBus();
  const clock = { time: 1_000_000, now: () => clock.time };
  /** Never jumps, as the other one does. */
  const steady = { ms: 0 };
  const effective = { ...limits, ...shared.limits };
  const told: Notice[] = [];
  bus.listen((notice) => told.push(notice));
  const warned: string[] = [];
  const files = memoryFiles();
  const keys = masterKey(new Uint8Array(32).fill(7));
  const audit = keepAudit({ store, keys, clock });
  const ports: ChatPorts & { desk: DeskStore } = {
    store,
    desk: store,
    audit,
    bus,
    files,
    keys,
    presence: { isOnline: (_, userId) => userId === bo.userId },
    clock,
    random: { bytes: (count) => new Uint8Array(randomBytes(count)) },
    warn: (what) => warned.push(what),
    limits: effective,
    rates: createRates(effective, () => steady.ms),
  };
  const chat = makeChat(ports);
  const { desk, platform: deskPlatform } = makeDesk({ ...ports, keyrings: chat.keyrings });
  const { moderation, platform: moderationPlatform } = makeModeration({
    ...ports,
    keyrings: chat.keyrings,
    moderation: store,
    audit,
  });

  const dlgKeyOf = async (person: Person) => (await chat.chat.enter(as(person), tea)).dlgKey;
  /** Seals as a person's browser would. */
  const sealed = async (person: Person, said: string | Payload, dlgKey?: string) => {
    const clientMsgId = id<ClientMsgId>(randomBytes(8).toString('hex'));
    const payload: Payload = typeof said === 'string' ? { type: 'text', text: said } : said;
    const to = { dlgId: tea, dlgKey: dlgKey ?? (await dlgKeyOf(person)), fromuid: person.userId, clientMsgId };
    return { dlgId: tea, clientMsgId, content: seal(JSON.stringify(payload), to) };
  };
  return {
    ...chat,
    desk,
    deskPlatform,
    moderation,
    moderationPlatform,
    keys,
    store,
    bus,
    files,
    clock,
    steady,
    told,
    warned,
    dlgKeyOf,
    sealed,
    says: async (person: Person, said: string | Payload) => chat.chat.send(as(person), await sealed(person, said)),
    /** The whole conversation as a person sees it. */
    seenBy: async (person: Person): Promise<unknown[]> => {
      const { list } = await chat.chat.history(as(person), tea, { limit: 200 });
      const dlgKey = await dlgKeyOf(person);
      return list.map(({ content }) => JSON.parse(open(content, tea, dlgKey)));
    },
  };
}

export type Shop = Awaited<ReturnType<typeof openShop>>;
