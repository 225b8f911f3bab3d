import type { Message } from '@trialogue/protocol';

import { must, type Check } from '../check.ts';
import type { Stored } from '../stage/group.ts';
import { witness } from '../stage/message.ts';

export const ackedIsKept: Check = {
  about: ['I1'],
  title: 'What was acked is in every later history, as acked',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const [adas, bos] = [await group.enter(ada), await group.enter(bo)];
    const acked: Stored[] = [];
    for (let n = 1; n <= 6; n++) {
      acked.push(await group.send(adas.socket, group.draft(ada, `ada ${n}`)));
      acked.push(await group.send(bos.socket, group.draft(bo, `bo ${n}`)));
    }
    acked.push(await group.post(ada, group.draft(ada, 'over HTTP')));
    const histories: [string, Message[]][] = [
      ['ada’s history on the socket', await group.history(adas.socket)],
      ['bo’s history over HTTP', await bo.history(group.dlgId)],
    ];
    for (const [what, history] of histories) for (const message of acked) mustHold(what, history, message);
    return `${acked.length} messages acked, two histories read`;
  },
};

/** @throws {Failed} unless the history has the acked message, once, as it was acked. */
function mustHold(what: string, history: readonly Message[], acked: Stored): void {
  const there = history.filter(
    ({ clientMsgId, fromuid }) => clientMsgId === acked.clientMsgId && fromuid === acked.fromuid,
  );
  const [found] = there;
  must(found !== undefined, `${what} with ${witness(acked)}`, 'no message of this id');
  must(there.length === 1, `${what} with ${acked.clientMsgId} once`, `seqs ${there.map(({ seq }) => seq).join(', ')}`);
  must(witness(found) === witness(acked), `${what} with ${witness(acked)}`, witness(found));
}
