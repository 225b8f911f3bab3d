import { must, type Check } from '../check.ts';

export const senderOrder: Check = {
  about: ['I10', '§5.3'],
  title: 'One sender’s messages are stored and answered in order',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const seats = [await group.enter(ada), await group.enter(bo)];
    const poured = await Promise.all(
      seats.map(async ({ who, socket }) => {
        const drafts = Array.from({ length: 12 }, (_, n) => group.draft(who, `${n}`));
        const stored = await group.pour(socket, drafts);
        const answered = [...socket.all('ack'), ...socket.all('nack')].length;
        const order = [...new Set(socket.all('ack').map(({ clientMsgId }) => clientMsgId as string))];
        return { stored, order, answered };
      }),
    );
    for (const { stored, order } of poured) {
      stored.forEach(({ seq, text }, at) => {
        const before = stored[at - 1];
        must(
          !before || seq > before.seq,
          `message ${text} above seq ${before?.seq} of message ${before?.text}`,
          `seq ${seq}`,
        );
        must(order[at] === stored[at]?.clientMsgId, `ack ${at + 1} to be of message ${text}`, `of id ${order[at]}`);
      });
    }
    return `two senders, ${poured.map(({ stored }) => stored.length).join(' and ')} messages without waiting`;
  },
};
