import { mustBe, type Check } from '../check.ts';
import { sleep } from '../stage/http.ts';

export const everyAskIsAnswered: Check = {
  about: ['I27', '§3.5'],
  title: 'Every send, open and history is answered exactly once',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const { socket } = await group.enter(ada);
    const from = socket.mark;
    const good = Array.from({ length: 8 }, (_, n) => group.draft(ada, `${n}`));
    const bad = [group.draft(bo, 'in bo’s name'), { ...group.draft(ada, 'x'), content: 'garbage' }];
    const drafts = [...good, ...bad];
    for (const draft of drafts) group.say(socket, draft);
    const ids: number[] = [];
    for (const op of ['history', 'open', 'history', 'open', 'history']) {
      const id = socket.newId();
      ids.push(id);
      socket.sayRaw(JSON.stringify({ op, id, dlgId: group.dlgId }));
    }
    for (const draft of drafts) await group.outcome(socket, draft, from);
    for (const id of ids) {
      await socket.next(`an answer to request ${id}`, (frame) =>
        (frame as { id?: number }).id === id ? frame : undefined,
      );
    }
    await sleep(250);
    const heard = socket.heard.slice(from) as { op: string; id?: number; clientMsgId?: string }[];
    for (const { clientMsgId } of drafts) {
      const answers = heard.filter((frame) => /^n?ack$/.test(frame.op) && frame.clientMsgId === clientMsgId);
      mustBe(`answers to the send ${clientMsgId}:`, answers.length, 1);
    }
    for (const id of ids) mustBe(`answers to request ${id}:`, heard.filter((frame) => frame.id === id).length, 1);
    return `${drafts.length} sends, ${ids.length} requests, all at once`;
  },
};
