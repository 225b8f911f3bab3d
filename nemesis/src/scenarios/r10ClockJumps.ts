import { fakeClock, lacksFakeClock } from '../faults/fakeClock.ts';
import { hold, type Scenario } from '../scenario.ts';
import { comesTrue, sleep, until } from '../time.ts';
import { play } from './play.ts';
import { inWords } from './rounds.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Before or after the true time. Below a day ahead: a token lives no longer. */
export const OFFSETS = [-24 * HOUR, -10 * MINUTE, -1, 0, 1, 10 * MINUTE, 23 * HOUR];
const AGAIN_MS = 30_000;

/** R10: the wall clock jumps; order, timers and connections do not care (I34). */
export const clockJumps: Scenario = {
  name: 'R10',
  title: 'wall clock jumps up to a day',
  lacks: lacksFakeClock,
  async run(stage) {
    const times = stage.times ?? (stage.size === 'full' ? 50 : 2);
    const clock = fakeClock();
    try {
      return await play(
        stage,
        { name: 'R10', shape: { groups: 10, members: 3 }, setup: { env: clock.env } },
        async (on) => {
          const { crowd, result } = on;
          for (let jump = 0; jump < times; jump++) {
            await sleep(stage.random.between(200, 1_000));
            const offset = stage.random.pick(OFFSETS);
            crowd.fault(`clock at ${offset} s`);
            clock.set(offset);
            hold(result, await isSet(on.server.origin, offset), 'the clock of the server could not be set');
            result.faults++;
            const from = performance.now();
            crowd.awaitFirstAck({ onNew: false });
            await until('an ack after the clock jumped', () => crowd.firstAckAt() !== undefined, AGAIN_MS);
            result.recoveriesMs.push((crowd.firstAckAt() ?? Infinity) - from);
          }
          const closed = inWords(crowd.closes);
          hold(result, crowd.closes.size === 0, `sockets were closed because the clock jumped (I34): ${closed}`);
        },
      );
    } finally {
      clock.remove();
    }
  },
};

/** Whether the server believes it: each HTTP answer is dated. */
export async function isSet(origin: string, offset: number): Promise<boolean> {
  let difference = Infinity;
  const asking = setInterval(() => {
    void fetch(`${origin}/healthz`).then(({ headers }) => {
      difference = Date.parse(headers.get('date') ?? '') - Date.now() - offset * 1_000;
    });
  }, 100);
  const isSo = await comesTrue(() => Math.abs(difference) < 3_000, 5_000);
  clearInterval(asking);
  return isSo;
}
