import type { Message } from '@trialogue/protocol';

import { must, type Check } from '../check.ts';
import { witness } from '../stage/message.ts';

export const samePlaceForAll: Check = {
  about: ['I5'],
  title: 'Everybody sees the same message under a seq',
  async run(at) {
    const { ada, bo, cy, group } = await at.trio();
    const seats = await Promise.all([group.enter(ada), group.enter(bo), group.enter(cy)]);
    const acked = await Promise.all(
      seats.map(({ who, socket }) =>
        group.pour(
          socket,
          Array.from({ length: 8 }, (_, n) => group.draft(who, `${who.userId} ${n}`)),
        ),
      ),
    );
    const head = await group.head(ada);
    for (const seat of seats) await group.heardUpTo(seat, head);

    const views: [string, readonly Message[]][] = [];
    for (const seat of seats) {
      views.push([`live to ${seat.who.userId}`, group.live(seat)]);
      views.push([`history of ${seat.who.userId} on the socket`, await group.history(seat.socket)]);
      views.push([`history of ${seat.who.userId} over HTTP`, await seat.who.history(group.dlgId)]);
    }
    const firstView = new Map<number, [string, Message]>();
    for (const [where, messages] of views) {
      for (const message of messages) {
        const before = firstView.get(message.seq);
        if (!before) firstView.set(message.seq, [where, message]);
        else {
          must(
            witness(before[1]) === witness(message),
            `${witness(before[1])}, as ${before[0]}`,
            `${witness(message)}, ${where}`,
          );
        }
      }
    }
    return `3 senders at once, ${acked.flat().length} messages, ${views.length} views compared`;
  },
};
