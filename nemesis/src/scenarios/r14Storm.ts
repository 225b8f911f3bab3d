import { hold, type Scenario } from '../scenario.ts';
import { percentile, sleep } from '../time.ts';
import { play } from './play.ts';

const BACK_MS = 30_000;
/** Crowds come back as the SDK does: at any moment of a time that doubles, or they would keep each other out. */
const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/** R14: all connections drop at once, and all come back (at the latest after 30 s). */
export const storm: Scenario = {
  name: 'R14',
  title: 'all sockets drop at once',
  run(stage) {
    const times = stage.times ?? (stage.size === 'full' ? 10 : 1);
    const shape = stage.size === 'full' ? { groups: 500, members: 5 } : { groups: 20, members: 5 };
    const client = {
      backMs: (attempt: number) => stage.random.between(0, Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt)),
      gapMs: () => stage.random.between(500, 1_500),
    };
    return play(stage, { name: 'R14', shape, client }, async (on) => {
      const { crowd, result } = on;
      on.result.notes.push(`${crowd.clients.length} sockets`);
      const one: number[] = [];
      for (let drop = 0; drop < times; drop++) {
        await sleep(1_500);
        crowd.fault('all dropped');
        const at = performance.now();
        for (const client of crowd.clients) client.cut();
        result.faults++;
        await crowd.allHome(at, BACK_MS).catch(() => hold(result, false, 'not everybody was back within 30 s'));
        result.convergencesMs.push(crowd.homeAt() - at);
        one.push(...crowd.clients.map((client) => (client.homeSince() ?? Infinity) - at));
      }
      result.notes.push(
        `each back after p50 ${Math.round(percentile(one, 0.5) ?? 0)} ms, p99 ${Math.round(percentile(one, 0.99) ?? 0)} ms`,
      );
    });
  },
};
