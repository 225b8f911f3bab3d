import { id, type ClientMsgId, type Message, type MsgId, type Page, type Seq } from '@trialogue/protocol';
import type { ImEventName, ImEvents } from '@trialogue/sdk';
import { bo, tea } from '@trialogue/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { effectScope, type EffectScope } from 'vue';

import { useTimeline } from './useTimeline.ts';

/** The log as the server has it, and what it was asked. */
let log: { epoch: string; minSeq: Seq; head: Seq };
let asked: { before?: number; after?: number; limit?: number }[];
const hears = new Map<ImEventName, (event: never) => void>();

vi.mock('../../http/api.ts', () => ({ getMsgPage: (_: unknown, query: (typeof asked)[0]) => pageOf(query) }));
vi.mock('../../lib/im.ts', () => ({
  imApp: {
    on: (name: ImEventName, hear: (event: never) => void) => (hears.set(name, hear), () => undefined),
    decrypt: (content: string) => JSON.stringify({ type: 'text', text: content }),
  },
}));

const messageAt = (seq: Seq): Message => ({
  seq,
  msgId: id<MsgId>(`${log.epoch} ${seq}`),
  clientMsgId: id<ClientMsgId>(`${log.epoch} ${seq}`),
  fromuid: bo.userId,
  content: `${log.epoch} ${seq}`,
  sentAt: seq,
});

async function pageOf(query: (typeof asked)[0]): Promise<Page> {
  asked.push(query);
  const { epoch: logEpoch, minSeq, head } = log;
  const { before = head + 1, after, limit = 50 } = query;
  const first = after === undefined ? Math.max(minSeq, before - limit) : Math.max(minSeq, after + 1);
  const last = after === undefined ? before - 1 : Math.min(head, first + limit - 1);
  const list = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => messageAt(first + at));
  const reset = after !== undefined && after < minSeq - 1;
  return { list, hasMore: after === undefined ? first > minSeq : last < head, head, minSeq, logEpoch, reset };
}

const tell = <Name extends ImEventName>(name: Name, event: Partial<ImEvents[Name]>) =>
  hears.get(name)?.({ dlgId: tea, ...event } as never);
const opened = () => tell('opened', { head: log.head, minSeq: log.minSeq, logEpoch: log.epoch });

let scope: EffectScope;
const follow = () => scope.run(() => useTimeline({ dlgId: tea, dlgKey: 'key' }))!;
const texts = ({ timeline }: ReturnType<typeof follow>) =>
  timeline.value.run.map(({ said }) => (said.type === 'text' ? said.text : said.type));
const range = (epoch: string, from: Seq, to: Seq) =>
  Array.from({ length: to - from + 1 }, (_, at) => `${epoch} ${from + at}`);

beforeEach(() => {
  log = { epoch: 'e1', minSeq: 1, head: 10 };
  asked = [];
  scope = effectScope();
});
afterEach(() => scope.stop());

test('what came while nobody was connected is fetched behind what is there', async () => {
  const list = follow();
  await vi.waitFor(() => expect(texts(list)).toEqual(range('e1', 1, 10)));
  log.head = 14;
  opened();
  await vi.waitFor(() => expect(texts(list)).toEqual(range('e1', 1, 14)));
  expect(list.restoredAt.value).toBeUndefined();
});

test('I17: what is no longer kept is not skipped: the list begins anew, with what there is', async () => {
  const list = follow();
  await vi.waitFor(() => expect(list.state.value).toBe('ready'));
  expect(list.keptFrom.value).toBe(1);
  log = { ...log, minSeq: 41, head: 60 };
  opened();
  await vi.waitFor(() => expect(texts(list)).toEqual(range('e1', 41, 60)));
  expect([list.keptFrom.value, list.older.value, list.restoredAt.value]).toEqual([41, 'none', undefined]);
});

test.for(['opened', 'reset', 'a page before', 'a page behind'] as const)(
  'I18: a log of another epoch, told by `%s`, takes the place of the one that is shown; the two never mix',
  async (how) => {
    log.head = 80;
    const list = follow();
    await vi.waitFor(() => expect(list.older.value).toBe('more'));
    log = { epoch: 'e2', minSeq: 1, head: 60 };
    if (how === 'opened') opened();
    if (how === 'reset') tell('reset', { reason: 'epoch', minSeq: 1, head: 60 });
    if (how === 'a page before') await list.fetchOlder();
    if (how === 'a page behind') list.add([{ ...list.timeline.value.run.at(-1)!, seq: 90 }]);
    // What is shown stays until the other log is there.
    expect(list.timeline.value.run).toHaveLength(50);
    await vi.waitFor(() => expect(texts(list)).toEqual(range('e2', 11, 60)), 4_000);
    expect(list.restoredAt.value).toBe(60);
  },
);

test('I18: a message that comes while the other log is fetched is not lost', async () => {
  const list = follow();
  await vi.waitFor(() => expect(list.state.value).toBe('ready'));
  log = { epoch: 'e2', minSeq: 1, head: 4 };
  tell('reset', { reason: 'epoch', minSeq: 1, head: 4 });
  tell('message', { ...messageAt(5), payload: { type: 'text', text: 'e2 5' } });
  await vi.waitFor(() => expect(texts(list)).toEqual(range('e2', 1, 5)));
});

test('a list that could not be loaded is loaded once there is a connection', async () => {
  const list = follow();
  await vi.waitFor(() => expect(list.state.value).toBe('ready'));
  list.state.value = 'failed';
  const before = asked.length;
  opened();
  await vi.waitFor(() => expect(list.state.value).toBe('ready'));
  expect(asked.length).toBeGreaterThan(before);
});
