import { must, type Check } from '../check.ts';
import type { Stored } from '../stage/group.ts';

export const afterAckIsAbove: Check = {
  about: ['I11'],
  title: 'What is sent after an ack stands above it',
  async run(at) {
    const { ada, bo, cy, group } = await at.trio();
    const [adas, bos] = [await group.enter(ada), await group.enter(bo)];
    let before: Stored | undefined;
    for (let round = 0; round < 5; round++) {
      for (const send of [
        () => group.send(adas.socket, group.draft(ada, `ada ${round}`)),
        () => group.post(cy, group.draft(cy, `cy ${round}`)),
        () => group.send(bos.socket, group.draft(bo, `bo ${round}`)),
      ]) {
        const now = await send();
        must(
          !before || now.seq > before.seq,
          `“${now.text}” above seq ${before?.seq} of “${before?.text}”, acked before it was sent`,
          `seq ${now.seq}`,
        );
        before = now;
      }
    }
    return '15 messages by three members in turn, sockets and HTTP';
  },
};
