import { must, mustBe, type Check } from '../check.ts';
import type { Stored } from '../stage/group.ts';

export const oneIdOnePlace: Check = {
  about: ['I4'],
  title: 'One sender’s id is one message, however it races',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const seats = await Promise.all([group.enter(ada), group.enter(ada), group.enter(ada)]);
    const draft = group.draft(ada, 'the same from everywhere');
    const all: Stored[] = await Promise.all([
      ...seats.map(({ socket }) => group.send(socket, draft)),
      group.post(ada, draft),
      group.post(ada, draft),
    ]);
    const places = new Set(all.map(({ seq, msgId }) => `seq ${seq} msgId ${msgId}`));
    must(places.size === 1, 'one place for one id', () => [...places].join(' and '));
    // Another sender may use the same id: it is a message of its own.
    const other = await group.post(bo, group.draft(bo, 'mine', draft.clientMsgId));
    must(
      other.msgId !== all[0]?.msgId,
      'another message for another sender with the same id',
      `the same msgId ${other.msgId}`,
    );
    const history = await bo.history(group.dlgId);
    mustBe('messages with that id:', history.filter(({ clientMsgId }) => clientMsgId === draft.clientMsgId).length, 2);
    return 'one message over three sockets and HTTP twice, all at the same time';
  },
};
