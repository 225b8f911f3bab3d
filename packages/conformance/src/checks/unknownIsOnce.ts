import { must, mustBe, type Check } from '../check.ts';

export const unknownIsOnce: Check = {
  about: ['I3'],
  title: 'A send without an answer, sent again, is there once',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const drafts = Array.from({ length: 6 }, (_, n) => group.draft(ada, `lost answer ${n}`));
    for (const draft of drafts) {
      const { socket } = await group.enter(ada);
      group.say(socket, draft);
      // Whether the server still hears it is as in life: sometimes.
      if (drafts.indexOf(draft) % 2 === 0) socket.cut();
      else socket.close();
    }
    const before = await bo.history(group.dlgId);
    for (const { clientMsgId } of drafts) {
      const times = before.filter((message) => message.clientMsgId === clientMsgId).length;
      must(times <= 1, `${clientMsgId} in history 0 or 1 times`, `${times} times`);
    }
    const { socket } = await group.enter(ada);
    for (const draft of drafts) await group.send(socket, draft);
    const after = await bo.history(group.dlgId);
    for (const { clientMsgId } of drafts) {
      const times = after.filter((message) => message.clientMsgId === clientMsgId).length;
      mustBe(`${clientMsgId} in history, times:`, times, 1);
    }
    return `${drafts.length} sends with the socket cut at once, sent again on another`;
  },
};
