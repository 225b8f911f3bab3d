import { expect, test } from 'vitest';

import { markers, type Marker } from './world/markers.ts';
import { tellStory, type Story } from './world/story.ts';

/** One story, told with every line: `SEED=412 npm run stories`. */
const ONE = process.env['SEED'];
/** How many, from seed 1 on; without it, as many as fit, and so many at the least. */
const MANY = process.env['STORIES_SEEDS'];
const LEAST = 300;
const BUDGET_MS = 25_000;
/** A rare thing that fewer seeds have seen proves nothing. */
const SEEDS_PER_MARKER = 5;

test.runIf(ONE !== undefined)(`seed ${ONE}, line by line`, async () => {
  const story = await tellStory(Number(ONE), { show: (line) => process.stdout.write(`${line}\n`) });
  process.stdout.write(`${JSON.stringify({ ...story, seen: Object.fromEntries(story.seen) }, null, 1)}\n`);
});

test.runIf(ONE === undefined)(
  'whatever the network, the disk and the server do: nothing acknowledged is lost, and all end with the same log',
  { timeout: MANY === undefined ? 600_000 : 0 },
  async () => {
    const stories = await tellMany();
    report(stories);
    if (stories.length < LEAST) return;
    const seenBy = (marker: Marker) => stories.filter(({ seen }) => seen.has(marker)).length;
    const rare = markers.filter((marker) => seenBy(marker) < SEEDS_PER_MARKER);
    expect(rare, 'rare things that hardly any seed has seen').toEqual([]);
  },
);

test.runIf(ONE === undefined)('a seed tells the same story every time', async () => {
  for (const seed of [3, 14, 159, 2653]) {
    expect((await tellStory(seed)).hash).toBe((await tellStory(seed)).hash);
  }
});

async function tellMany(): Promise<Story[]> {
  const stories: Story[] = [];
  const most = MANY === undefined ? Infinity : Number(MANY);
  const startedAt = performance.now();
  const isTime = () => MANY === undefined && stories.length >= LEAST && performance.now() - startedAt > BUDGET_MS;
  for (let seed = 1; seed <= most && !isTime(); seed++) stories.push(await tellStory(seed));
  return stories;
}

function report(stories: readonly Story[]): void {
  const sum = (of: (story: Story) => number) => stories.reduce((all, story) => all + of(story), 0);
  const healed = stories.map(({ healedInMs }) => healedInMs).sort((a, b) => a - b);
  const at = (part: number) => ((healed[Math.floor(part * (healed.length - 1))] ?? 0) / 1000).toFixed(1);
  const seconds = sum(({ realMs }) => realMs) / 1000;
  process.stdout.write(
    [
      `${stories.length} seeds, ${(stories.length / seconds).toFixed(1)} a second`,
      `${sum(({ messages }) => messages)} messages stored, ${sum(({ frames }) => frames)} frames`,
      `healed after ${at(0.5)} s (half), ${at(0.99)} s (99 of 100), ${at(1)} s (all) of virtual time\n`,
    ].join('; '),
  );
}
