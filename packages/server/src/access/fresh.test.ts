import { Refused } from '@trialogue/protocol';
import { ada, shop, tea } from '@trialogue/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { readingCommands, type Storage } from '../storage/commands.ts';
import { openAccess, type Access } from './accessUnderTest.ts';
import { FRESH_MS, freshReads } from './fresh.ts';
import { createSignIn } from './sessions.ts';

let at: Access;
let store: Storage;
/** The wire to the database: what is asked for comes after so long, or never. */
const wire = { ms: 0 };
const clock = { ms: 0 };

beforeEach(async () => {
  at = await openAccess();
  wire.ms = 0;
  const far = Object.entries(at.store).map(([name, ask]) => [
    name,
    async (...args: unknown[]) => {
      const answer = await (ask as (...args: unknown[]) => Promise<unknown>)(...args);
      if (wire.ms > 0) await new Promise((resolve) => setTimeout(resolve, wire.ms));
      return answer;
    },
  ]);
  store = freshReads(Object.fromEntries(far) as Storage, readingCommands, () => clock.ms + performance.now());
  vi.useFakeTimers();
});
afterEach(async () => {
  vi.useRealTimers();
  await at.close();
});

const outcome = async (answer: Promise<unknown>, afterMs: number): Promise<string> => {
  let is = 'waiting';
  answer.then(
    () => (is = 'answered'),
    (error: unknown) => (is = error instanceof Refused ? error.refusal : String(error)),
  );
  await vi.advanceTimersByTimeAsync(afterMs);
  return is;
};
const actor = { appId: shop, userId: ada.userId, sessionId: 's' as never };

describe('a node that is cut off from its database (I36)', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['shows no history', () => store.readPage(actor, tea, { limit: 1 })],
    ['lets nobody into a conversation', () => store.enterConversation(actor, tea)],
    ['names no members', () => store.membersOf({ appId: shop, dlgId: tea })],
    ['lends no keys', () => store.keysOf({ appId: shop, dlgId: tea })],
    ['knows no app', () => store.findAppBySecretHash('x')],
  ])('%s', async (_, ask) => {
    wire.ms = 2 ** 30;
    expect(await outcome(ask(), FRESH_MS - 1)).toBe('waiting');
    expect(await outcome(ask(), FRESH_MS)).toBe('storage.unavailable');
  });

  test('takes no token for good, not even one that it has just seen', async () => {
    vi.useRealTimers();
    const { token } = await at.signIn.createToken(shop, ada.userId);
    const signIn = createSignIn({ ...at.parts, store });
    await expect(signIn.authenticate(token)).resolves.toMatchObject({ userId: 'ada' });
    vi.useFakeTimers();
    wire.ms = 2 ** 30;
    const asked = signIn.authenticate(token);
    asked.catch(() => {});
    // Checking the signature takes real time.
    await vi.waitFor(() => expect(vi.getTimerCount()).toBeGreaterThan(1));
    await vi.advanceTimersByTimeAsync(FRESH_MS);
    await expect(asked).rejects.toMatchObject({ refusal: 'storage.unavailable', retry: 'later' });
  });

  test('does not acknowledge, and does not claim that nothing was stored', async () => {
    wire.ms = 2 ** 30;
    expect(await outcome(store.endSession(actor.sessionId, 0), 60_000)).toBe('waiting');
  });
});

test('what comes in time is an answer', async () => {
  wire.ms = FRESH_MS - 1;
  expect(await outcome(store.membersOf({ appId: shop, dlgId: tea }), FRESH_MS)).toBe('answered');
  expect(vi.getTimerCount()).toBe(0);
});

test('an answer that lay there while the process slept is none', async () => {
  const asked = store.membersOf({ appId: shop, dlgId: tea });
  clock.ms += FRESH_MS + 1;
  expect(await outcome(asked, 0)).toBe('storage.unavailable');
});
