import { must, mustBe, type Check } from '../check.ts';
import type { Draft } from '../stage/group.ts';

export const refusedIsNotKept: Check = {
  about: ['I2'],
  title: 'What was refused is in no history',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const { socket } = await group.enter(ada);
    const first = await group.send(socket, group.draft(ada, 'kept'));
    const before = await group.head(bo);
    const bad: [string, string, Draft][] = [
      ['no envelope', 'envelope.malformed', { ...group.draft(ada, 'x'), content: 'IM1.not-an-envelope' }],
      ['an envelope that names bo', 'envelope.mismatch', group.draft(bo, 'x')],
      [
        'an envelope of another id',
        'envelope.mismatch',
        { ...group.draft(ada, 'x'), content: group.draft(ada, 'y').content },
      ],
      ['other content under an id', 'message.id_conflict', group.draft(ada, 'other', first.clientMsgId)],
    ];
    for (const [what, error, draft] of bad) {
      const answer = await group.offer(socket, draft);
      mustBe(`a nack for ${what}:`, answer.op === 'nack' ? answer.error : `ack at ${answer.seq}`, error);
      const { error: overHttp } = await group.offerByHttp(ada, draft);
      mustBe(`sendMsg with ${what} refused as`, overHttp, error);
    }
    mustBe('the head after refusals only:', await group.head(bo), before);
    const last = await group.send(socket, group.draft(ada, 'kept, too'));
    const history = await bo.history(group.dlgId);
    const refused = new Set(bad.map(([, , { content }]) => content));
    const found = history.find(({ content }) => refused.has(content));
    must(!found, 'no refused message in history', () => `seq ${found?.seq} id ${found?.clientMsgId}`);
    const known = new Set([first.clientMsgId, last.clientMsgId]);
    const stray = history.find(({ fromuid, clientMsgId }) => fromuid === ada.userId && !known.has(clientMsgId));
    must(!stray, 'only what was acked', () => `seq ${stray?.seq} id ${stray?.clientMsgId}`);
    return `${bad.length} bad messages on the socket and over HTTP, then history`;
  },
};
