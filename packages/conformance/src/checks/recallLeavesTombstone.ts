import { open } from '@trialogue/crypto';

import { must, mustBe, type Check } from '../check.ts';

export const recallLeavesTombstone: Check = {
  about: ['I1', 'I6', '§5.9'],
  title: 'A recall leaves a tombstone in its place, and tells it',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const [adas, bos] = [await group.enter(ada), await group.enter(bo)];
    const first = await group.send(adas.socket, group.draft(ada, 'regretted'));
    await group.send(adas.socket, group.draft(ada, 'meant'));
    const before = await bo.history(group.dlgId);
    const seq = before.find(({ clientMsgId }) => clientMsgId === first.clientMsgId)?.seq ?? first.seq;
    const byBo = await bo.ask('POST', `/conversations/${group.dlgId}/messages/${seq}/recall`);
    mustBe('a recall by another member:', byBo.error, 'message.not_author');
    await ada.need('POST', `/conversations/${group.dlgId}/messages/${seq}/recall`);
    await group.heardUpTo(bos, before.length + 1);
    const history = await bo.history(group.dlgId);
    const found = history.find((message) => message.seq === seq);
    mustBe('msgId of the tombstone', found?.msgId as string | undefined, first.msgId);
    mustBe('clientMsgId of the tombstone', found?.clientMsgId as string | undefined, first.clientMsgId);
    must(found?.recalledAt !== undefined, 'recalledAt in the tombstone', 'none');
    must(found.content !== first.content, 'other content in the tombstone', 'the recalled message');
    const payload = JSON.parse(open(found.content, group.dlgId, group.dlgKey)) as { type: string; event?: string };
    mustBe('the payload of the tombstone', `${payload.type} ${payload.event}`, 'system recalled');
    mustBe('head, with a notice of its own:', history.at(-1)?.seq, before.length + 1);
    return 'one of two messages recalled by its author, after another had tried';
  },
};
