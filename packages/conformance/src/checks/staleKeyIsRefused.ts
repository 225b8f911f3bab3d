import { currentEpoch, parseHeader, parseKeyring } from '@trialogue/crypto';

import { must, mustBe, type Check } from '../check.ts';

export const staleKeyIsRefused: Check = {
  about: ['I21', '§5.11'],
  title: 'After a removal nothing is stored under the old key',
  async run(at) {
    const { ada, bo, cy, group } = await at.trio();
    const { socket } = await group.enter(ada);
    const oldEpoch = currentEpoch(parseKeyring(group.dlgKey));
    const stale = [group.draft(ada, 'sealed before'), group.draft(ada, 'and this')] as const;
    await at.platform.removeMember(group.dlgId, cy.userId);
    const { dlgKey } = await socket.nextOf('key', (frame) => frame.dlgId === group.dlgId, {
      what: 'key, to those who stay',
    });
    const epoch = currentEpoch(parseKeyring(dlgKey));
    must(epoch > oldEpoch, `an epoch above ${oldEpoch}`, `${epoch}`);
    must(
      parseKeyring(dlgKey).has(oldEpoch),
      'a keyring that still opens what was before',
      'the old epoch is not in it',
    );

    const answer = await group.offer(socket, stale[0]);
    mustBe('a send under the old key:', answer.op === 'nack' ? answer.error : 'ack', 'key.stale_epoch');
    mustBe('the same over HTTP:', (await group.offerByHttp(ada, stale[1])).error, 'key.stale_epoch');
    group.dlgKey = dlgKey;
    // The refusal said that nothing was stored: so the same id may be sealed anew.
    const again = await group.send(socket, group.draft(ada, stale[0].text, stale[0].clientMsgId));
    mustBe('repeated, of the first ack:', again.repeated, false);

    const history = await bo.history(group.dlgId);
    const turned = history.find(({ content }) => parseHeader(content).epoch === epoch)?.seq ?? Infinity;
    const late = history.find(({ seq, content }) => seq > turned && parseHeader(content).epoch < epoch);
    must(!late, `nothing under an older key above seq ${turned}`, () => `seq ${late?.seq} under epoch ${oldEpoch}`);
    return 'a member removed, sends under the old key refused, sealed again and stored';
  },
};
