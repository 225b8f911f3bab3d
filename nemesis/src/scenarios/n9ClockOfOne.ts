import { lacksCluster } from '@trialogue/testkit/servers';

import { fakeClock, lacksFakeClock } from '../faults/fakeClock.ts';
import { hold } from '../scenario.ts';
import { begin, nodeScenario, recover } from './nodeFaults.ts';
import { isSet, OFFSETS } from './r10ClockJumps.ts';

/** N9: the nodes disagree about the time by up to a day; order and `sentAt` do not care (I34). */
export const clockOfOne = nodeScenario(
  {
    name: 'N9',
    title: 'several nodes: the clock of one jumps',
    isLong: true,
    lacks: () => lacksCluster() ?? lacksFakeClock(),
  },
  () => {
    const clock = fakeClock();
    return {
      async harm(stage, on) {
        const { crowd, result, nodes } = on;
        const closed = () => [...crowd.closes.values()].reduce((sum, count) => sum + count, 0);
        const before = closed();
        const offset = stage.random.pick(OFFSETS);
        const from = begin(on, `clock of node 1 at ${offset} s`);
        clock.set(offset);
        hold(result, await isSet(nodes[0]?.server.origin ?? '', offset), 'the clock of a node could not be set');
        crowd.awaitFirstAck({ onNew: false });
        await recover(on, from);
        hold(result, closed() === before, 'sockets were closed because the clock of a node jumped (I34)');
      },
      times: { quick: 1, full: 25 },
      options: { envOf: (at) => (at === 0 ? clock.env : {}) },
    };
  },
);
