import { afterEach, expect, test, vi } from 'vitest';

import { openBell } from './bell.ts';

afterEach(() => vi.unstubAllGlobals());

function stubAudio() {
  const part = () => ({
    connect: (next: unknown) => next,
    start: vi.fn(),
    stop: vi.fn(),
    frequency: { setValueAtTime: vi.fn() },
    gain: { setValueAtTime: vi.fn(), exponentialRampToValueAtTime: vi.fn() },
  });
  const Audio = class {
    state = 'running';
    currentTime = 0;
    destination = {};
    createOscillator = part;
    createGain = part;
    close = async () => undefined;
  };
  vi.stubGlobal('AudioContext', Audio);
}

test('client.md §4.3: a sound only after a gesture, and at most once in three seconds', () => {
  stubAudio();
  let now = 0;
  const bell = openBell(() => now);
  expect(bell.ring()).toBe(false);
  bell.allow();
  expect(bell.ring()).toBe(true);
  now = 2_999;
  expect(bell.ring()).toBe(false);
  now = 3_000;
  expect(bell.ring()).toBe(true);
});

test('where there is no sound, ringing does nothing', () => {
  const bell = openBell(() => 0);
  bell.allow();
  expect(bell.ring()).toBe(false);
});
