import { now } from '../clock.ts';
import type { Histogram } from '../histogram.ts';
import { Crowd, type Company, type Counts, type Outcome, type Phase } from './crowd.ts';

// A process of its own, so that its CPU time can be told from the server's and from the one that reports.

export interface Orders {
  gather: { with: Company; gives: { seconds: number; senders: number } };
  run: { with: Phase; gives: undefined };
  counts: { with: undefined; gives: Counts };
  collect: { with: undefined; gives: Outcome };
  readPages: { with: { size: number; ms: number }; gives: { pages: number; seconds: number; took: Histogram } };
  readBack: { with: undefined; gives: string[] };
  stall: { with: string[]; gives: number };
  leave: { with: undefined; gives: undefined };
}
type Name = keyof Orders;
export interface Order {
  nth: number;
  name: Name;
  with: unknown;
}
export type Report = { nth: number; gives: unknown } | { nth: number; failed: string };

let crowds: Crowd[] = [];
const last = (): Crowd => {
  const crowd = crowds.at(-1);
  if (!crowd) throw new Error('nobody has been gathered');
  return crowd;
};

const obey: { [One in Name]: (what: Orders[One]['with']) => Promise<Orders[One]['gives']> } = {
  async gather(company) {
    const at = now();
    const crowd = await Crowd.gather(company);
    crowds.push(crowd);
    return { seconds: (now() - at) / 1000, senders: crowd.senders };
  },
  async run(phase) {
    await last().run(phase);
    return undefined;
  },
  counts: async () => last().counts,
  collect: async () => last().collect(),
  readPages: ({ size, ms }) => last().readPages(size, ms),
  readBack: () => last().readBack(),
  stall: async (userIds) => last().stall(userIds),
  async leave() {
    for (const crowd of crowds) crowd.leave();
    crowds = [];
    return undefined;
  },
};

process.on('message', ({ nth, name, with: what }: Order) => {
  (obey[name] as (what: unknown) => Promise<unknown>)(what).then(
    (gives) => process.send?.({ nth, gives } satisfies Report),
    (error: unknown) =>
      process.send?.({ nth, failed: error instanceof Error ? error.message : String(error) } satisfies Report),
  );
});
// Who reports has ended: nobody hears us any more.
process.on('disconnect', () => process.exit());
