import { mustBe, type Check } from '../check.ts';

export const repeatIsAnswered: Check = {
  about: ['I7', '§5.4'],
  title: 'A repeat gets the first answer; other content is refused',
  async run(at) {
    const { ada, group } = await at.pair();
    const { socket } = await group.enter(ada);
    const draft = group.draft(ada, 'once');
    const first = await group.send(socket, draft);
    mustBe('repeated, of the first ack:', first.repeated, false);
    await group.send(socket, group.draft(ada, 'something between'));

    const elsewhere = await group.enter(ada);
    for (const [where, through] of [
      ['the same socket', socket],
      ['another socket', elsewhere.socket],
    ] as const) {
      const again = await group.send(through, draft);
      mustBe(`on ${where}, seq`, again.seq, first.seq);
      mustBe(`on ${where}, msgId`, again.msgId, first.msgId);
      mustBe(`on ${where}, sentAt`, again.sentAt, first.sentAt);
      mustBe(`on ${where}, repeated:`, again.repeated, true);
    }
    const posted = await group.post(ada, draft);
    mustBe('over HTTP, seq', posted.seq, first.seq);
    mustBe('over HTTP, msgId', posted.msgId, first.msgId);

    const other = group.draft(ada, 'other content', draft.clientMsgId);
    const answer = await group.offer(socket, other);
    mustBe('other content under the id:', answer.op === 'nack' ? answer.error : 'ack', 'message.id_conflict');
    mustBe('the same over HTTP:', (await group.offerByHttp(ada, other)).error, 'message.id_conflict');
    mustBe('head after two messages and many repeats:', (await group.page(socket)).head, first.seq + 1);
    return 'one message again on its socket, another and HTTP; then with other content';
  },
};
