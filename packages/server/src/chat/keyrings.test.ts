import { currentEpoch, parseKeyring, type Keyring } from '@trialogue/crypto';
import { limits } from '@trialogue/protocol';
import { shop, tea } from '@trialogue/testkit';
import { beforeEach, expect, test } from 'vitest';

import { memoryBus } from '../bus/memory.ts';
import { keepKeyrings, type Keyrings } from './keyrings.ts';
import type { KeyWrap, Store, WrappedKey } from './ports.ts';

const place = { appId: shop, dlgId: tea };

/** Unwraps a letter into 32 of it. */
const keys: KeyWrap = { wrap: () => '', unwrap: (letter) => new Uint8Array(32).fill(letter.charCodeAt(0)) };
const ringOf = (...letters: string[]): WrappedKey[] => letters.map((wrapped, n) => ({ epoch: n + 1, wrapped }));

let stored: WrappedKey[];
let asked: number;
let bus: ReturnType<typeof memoryBus>;
let clock: { time: number; now: () => number };
let keyrings: Keyrings;

beforeEach(() => {
  stored = ringOf('a');
  asked = 0;
  bus = memoryBus();
  clock = { time: 0, now: () => clock.time };
  const keysOf = async () => {
    asked++;
    return stored;
  };
  keyrings = keepKeyrings({ store: { keysOf } as Partial<Store> as Store, bus, keys, clock, limits });
});

/** Takes out what must not be taken out, to see what becomes of it. */
const lent = () => keyrings.lend(place, (ring) => ring);
const firstByte = (ring: Keyring) => ring.get(1)?.[0];

test('asks the database once for many messages', async () => {
  for (let n = 0; n < 5; n++) expect(firstByte(await lent())).toBe(97);
  expect(asked).toBe(1);
});

test('forgets on a word from the bus, and nothing of the key is left in memory', async () => {
  const before = await lent();
  stored = ringOf('a', 'b');
  await bus.tell({ kind: 'key', ...place });
  expect(firstByte(before)).toBe(0);
  expect(currentEpoch(await lent())).toBe(2);
});

test('forgets after ten minutes', async () => {
  const before = await lent();
  clock.time += 10 * 60_000;
  await lent();
  expect(asked).toBe(2);
  expect(firstByte(before)).toBe(0);
});

test('keys that were read just before they changed are not kept', async () => {
  const reading = lent();
  keyrings.forget(place);
  await reading;
  stored = ringOf('a', 'b');
  expect(currentEpoch(await lent())).toBe(2);
});

test('keys that the database has just given win over those that were kept', async () => {
  await lent();
  keyrings.lendFrom(place, ringOf('a', 'b'), (ring) => expect(currentEpoch(ring)).toBe(2));
  expect(currentEpoch(await lent())).toBe(2);
  expect(asked).toBe(1);
});

test('keeps the conversations that were used last', async () => {
  const first = await lent();
  for (let n = 0; n < 5000; n++) {
    keyrings.lendFrom({ appId: shop, dlgId: `dlg ${n}` as typeof tea }, ringOf('x'), () => {});
  }
  expect(firstByte(first)).toBe(0);
});

test.for([
  [2, [1, 2]],
  [3, [1, 2, 3]],
  [4, [2, 3, 4]],
] as const)('of %d keys, where three may be told, the newest are', ([count, epochs]) => {
  keyrings = keepKeyrings({ store: {} as Store, bus, keys, clock, limits: { ...limits, epochsPerKeyring: 3 } });
  const told = keyrings.dlgKeyFrom(place, ringOf(...'abcd'.slice(0, count)));
  expect([...parseKeyring(told).keys()]).toEqual(epochs);
});

test('when it is closed all keys are gone', async () => {
  const ring = await lent();
  keyrings.close();
  expect(firstByte(ring)).toBe(0);
});

test('without keys there is no conversation', async () => {
  stored = [];
  await expect(lent()).rejects.toMatchObject({ refusal: 'conversation.not_found' });
});
