import type { ServerFrameOf } from '@trialogue/protocol';

import { must, mustBe, type Check } from '../check.ts';
import { sleep } from '../stage/http.ts';

interface Member {
  userId: string;
  readSeq: number;
  deliveredSeq: number;
}

export const marksOnlyRise: Check = {
  about: ['I23', '§5.10'],
  title: 'Marks never fall, never pass the head, and are one’s own',
  async run(at) {
    const { ada, bo, cy, group } = await at.trio();
    const [adas, bos] = [await group.enter(ada), await group.enter(bo)];
    for (let n = 0; n < 6; n++) await group.send(adas.socket, group.draft(ada, `${n}`));
    const head = await group.head(ada);
    await group.heardUpTo(bos, head);
    const mark = (op: 'read' | 'delivered', seq: number) =>
      bos.socket.sayRaw(JSON.stringify({ op, dlgId: group.dlgId, seq }));
    const ofBo = ({ userId }: ServerFrameOf<'receipt'>) => (userId as string) === bo.userId;

    mark('read', 3);
    await adas.socket.nextOf('receipt', (frame) => ofBo(frame) && frame.readSeq === 3, { what: 'a receipt of 3 read' });
    mark('read', 2);
    mark('delivered', 1);
    mark('delivered', head - 1);
    await adas.socket.nextOf('receipt', (frame) => ofBo(frame) && frame.deliveredSeq === head - 1, {
      what: `a receipt of ${head - 1} delivered`,
    });
    mark('read', head + 1_000);
    const { readSeq } = await bo.need<{ readSeq: number }>('POST', `/conversations/${group.dlgId}/read`, { seq: 1 });
    must(
      readSeq >= 3 && readSeq <= head,
      `readSeq from 3 to the head ${head}, after marking 1 over HTTP`,
      `${readSeq}`,
    );
    const beyond = await bo.ask<{ readSeq: number }>('POST', `/conversations/${group.dlgId}/read`, {
      body: { seq: head + 1_000 },
    });
    must(beyond.code !== 0 || beyond.data.readSeq <= head, `a mark of at most ${head}`, () => `${beyond.data.readSeq}`);
    const all = await bo.need<{ readSeq: number }>('POST', `/conversations/${group.dlgId}/read`, { seq: head });
    mustBe('readSeq over HTTP', all.readSeq, head);
    await adas.socket.nextOf('receipt', (frame) => ofBo(frame) && frame.readSeq === head, {
      what: `a receipt of ${head} read`,
    });
    await sleep(400);

    const highest = { readSeq: 0, deliveredSeq: 0 };
    for (const receipt of adas.socket.all('receipt').filter(ofBo)) {
      for (const name of ['readSeq', 'deliveredSeq'] as const) {
        must(
          receipt[name] >= highest[name],
          `${name} in receipts not to fall below ${highest[name]}`,
          `${receipt[name]}`,
        );
        must(receipt[name] <= head, `${name} in receipts not above the head ${head}`, `${receipt[name]}`);
        highest[name] = receipt[name];
      }
      must(receipt.deliveredSeq >= receipt.readSeq, 'what was read was delivered, too', JSON.stringify(receipt));
    }
    const { list } = await ada.need<{ list: Member[] }>('GET', `/conversations/${group.dlgId}/members`);
    const of = (userId: string) => list.find((member) => member.userId === userId);
    mustBe('bo’s readSeq among the members', of(bo.userId)?.readSeq, head);
    mustBe('cy’s readSeq, who read nothing', of(cy.userId)?.readSeq, 0);
    return 'read and delivered up, down, beyond the head, on the socket and over HTTP';
  },
};
