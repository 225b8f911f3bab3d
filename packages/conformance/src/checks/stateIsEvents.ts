import { must, mustBe, type Check } from '../check.ts';

interface Row {
  dlgId: string;
  lastSeq: number;
  readSeq: number;
  unread: number;
  lastMessage: { seq: number; msgId: string } | null;
}
interface Member {
  userId: string;
  readSeq: number;
  deliveredSeq: number;
}

export const stateIsEvents: Check = {
  about: ['I19', '§4.8'],
  title: 'What events told is what a fresh look shows',
  async run(at) {
    const { ada, bo, cy, group } = await at.trio();
    const [adas, bos] = [await group.enter(ada), await group.enter(bo)];
    // Cy has a socket and this conversation is not open on it: heads come, and nothing else.
    const cys = await cy.bound();
    for (let n = 0; n < 3; n++) await group.send(adas.socket, group.draft(ada, `${n}`));
    const last = await group.send(adas.socket, group.draft(ada, 'the last'));
    const head = await group.head(ada);
    await group.heardUpTo(bos, head);

    const from = adas.socket.mark;
    const readSeq = head - 1;
    bos.socket.sayRaw(JSON.stringify({ op: 'read', dlgId: group.dlgId, seq: readSeq }));
    const receipt = await adas.socket.nextOf(
      'receipt',
      ({ userId, readSeq: it }) => (userId as string) === bo.userId && it >= readSeq,
      {
        from,
        what: 'a receipt of what bo has read',
      },
    );
    const { list: members } = await ada.need<{ list: Member[] }>('GET', `/conversations/${group.dlgId}/members`);
    const bosRow = members.find(({ userId }) => userId === bo.userId);
    mustBe('bo’s readSeq among the members, as the receipt said:', bosRow?.readSeq, receipt.readSeq);
    mustBe('bo’s deliveredSeq among the members, as the receipt said:', bosRow?.deliveredSeq, receipt.deliveredSeq);

    const told = await cys.nextOf('head', (frame) => frame.dlgId === group.dlgId && frame.head >= head, {
      what: `a head of ${head} on a socket that has it not open`,
    });
    const rowOf = async (who: typeof cy) => {
      const { list } = await who.need<{ list: Row[] }>('GET', '/conversations');
      const row = list.find(({ dlgId }) => dlgId === group.dlgId);
      must(row !== undefined, `the conversation in ${who.userId}’s list`, 'it is not there');
      return row;
    };
    const cysRow = await rowOf(cy);
    mustBe('lastSeq in the list, as the head said:', cysRow.lastSeq, told.head);
    mustBe('lastMessage in the list:', cysRow.lastMessage?.msgId, last.msgId);
    const bosList = await rowOf(bo);
    mustBe('bo’s readSeq in the list:', bosList.readSeq, readSeq);
    mustBe('bo’s unread:', bosList.unread, 1);
    return 'heads, receipts and live messages against the lists of conversations and members';
  },
};
