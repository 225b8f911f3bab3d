import { BrokenStory, tellStory } from '../world/story.ts';
import { Tally } from './tally.ts';

/** Tells the seeds that it is sent, `{ from, count }`, and answers with what became of them. */
export interface Share {
  from: number;
  count: number;
}

async function tellShare({ from, count }: Share): Promise<Tally> {
  // Refusals are the daily bread of a world, and a stack takes longer to write down than all the rest.
  Error.stackTraceLimit = 0;
  const tally = new Tally();
  for (let seed = from; seed < from + count; seed++) {
    try {
      tally.told(await tellStory(seed));
    } catch (error) {
      if (!(error instanceof BrokenStory)) throw error;
      tally.broke(error);
    }
  }
  return tally;
}

/** `node … SEED`: one story, line by line. */
async function tellAloud(seed: number): Promise<void> {
  try {
    const story = await tellStory(seed, { show: (line) => process.stdout.write(`${line}\n`) });
    process.stdout.write(`${JSON.stringify(story, null, 1)}\n`);
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

const [, , aloud] = process.argv;
if (aloud !== undefined) await tellAloud(Number(aloud));
else process.on('message', (share: Share) => void tellShare(share).then((tally) => process.send?.(tally.sums)));
