import { expect, test } from 'vitest';

import { tellStory } from './world/story.ts';

// A few stories with the real seal, from the sources. `npm run stories` tells many.
const SEEDS = Array.from({ length: 40 }, (_, at) => at + 1);

test('whatever networks, disks, nodes and clocks do: nothing acknowledged is lost, and all end with the same log', async () => {
  for (const seed of SEEDS) {
    const { steps } = await tellStory(seed);
    expect(steps).toBeGreaterThan(20);
  }
});

test('a seed tells the same story every time, and no other seed does', async () => {
  const hashes = new Set<string>();
  for (const seed of SEEDS.slice(0, 20)) {
    const { hash } = await tellStory(seed);
    expect((await tellStory(seed)).hash).toBe(hash);
    hashes.add(hash);
  }
  expect(hashes.size).toBe(20);
});
