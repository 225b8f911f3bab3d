import { Load, type Crowd, type Outcome, type Phase } from './load.ts';

// A process of its own, so that its CPU time can be told from the server's and from the one that reports.

export type Order = { do: 'gather'; crowd: Crowd } | { do: 'run'; phase: Phase } | { do: 'leave' };
export type Report = { did: 'gather' } | { did: 'run'; outcome: Outcome } | { did: 'fail'; why: string };

let load: Load | undefined;

process.on('message', (order: Order) => {
  obey(order).catch((error: unknown) => answer({ did: 'fail', why: String(error) }));
});

async function obey(order: Order): Promise<void> {
  switch (order.do) {
    case 'gather':
      load = await Load.gather(order.crowd);
      return answer({ did: 'gather' });
    case 'run':
      if (!load) throw new Error('nobody has been gathered');
      return answer({ did: 'run', outcome: await load.run(order.phase) });
    case 'leave':
      load?.leave();
      process.disconnect();
  }
}

const answer = (report: Report): void => void process.send?.(report);
