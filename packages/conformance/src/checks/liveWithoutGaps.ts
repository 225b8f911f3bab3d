import { mustBe, type Check } from '../check.ts';
import type { Seat } from '../stage/group.ts';
import { mustRun } from '../stage/message.ts';

export const liveWithoutGaps: Check = {
  about: ['I9', '§5.2'],
  title: 'Live messages rise without gap or repeat from open on',
  async run(at) {
    const { ada, bo, cy, group } = await at.trio();
    const [adas, bos] = [await group.enter(ada), await group.enter(bo)];
    const joined: Seat[] = [];
    const join = async () => {
      for (let n = 0; n < 5; n++) joined.push(await group.enter(cy));
    };
    const [first, second] = await Promise.all([
      group.pour(
        adas.socket,
        Array.from({ length: 12 }, (_, n) => group.draft(ada, `ada ${n}`)),
      ),
      group.pour(
        bos.socket,
        Array.from({ length: 12 }, (_, n) => group.draft(bo, `bo ${n}`)),
      ),
      join(),
    ]);
    await group.send(adas.socket, group.draft(ada, 'the last'));
    const head = await group.head(ada);
    const seats = [adas, bos, ...joined];
    for (const seat of seats) {
      if (seat.opened.head < head) await group.heardUpTo(seat, head);
    }
    for (const seat of seats) {
      const seqs = group.live(seat).map(({ seq }) => seq);
      mustRun(`live messages after open at head ${seat.opened.head}`, seqs, seat.opened.head + 1);
      mustBe('the last live message', seqs.at(-1) ?? seat.opened.head, head);
    }
    return `${first.length + second.length + 1} messages to ${seats.length} sockets, five of them opened meanwhile`;
  },
};
