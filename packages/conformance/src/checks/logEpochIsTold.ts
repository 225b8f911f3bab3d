import type { Page } from '@trialogue/protocol';

import { must, mustBe, Skipped, type Check } from '../check.ts';

export const logEpochIsTold: Check = {
  about: ['I18', 'I17', '§5.13', '§5.14'],
  title: 'Every page and opened names the log’s epoch and first seq',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const { socket, opened } = await group.enter(ada);
    for (let n = 0; n < 3; n++) await group.send(socket, group.draft(ada, `${n}`));
    const told: [string, Partial<Page>][] = [
      ['opened', opened],
      ['the newest page', await group.page(socket)],
      ['a page after 0', await group.page(socket, { after: 0, limit: 2 })],
      ['a page over HTTP', await bo.page(group.dlgId)],
      ['opened of another member', (await group.enter(bo)).opened],
    ];
    if (told.every(([, { logEpoch, minSeq }]) => logEpoch === undefined && minSeq === undefined)) {
      throw new Skipped('not offered by this server: no logEpoch and no minSeq');
    }
    const { head } = await group.page(socket);
    for (const [where, { logEpoch, minSeq, reset }] of told) {
      must(typeof logEpoch === 'string' && logEpoch !== '', `a logEpoch in ${where}`, `${logEpoch}`);
      mustBe(`the logEpoch in ${where}, as in opened:`, logEpoch, told[0]?.[1].logEpoch);
      mustBe(`minSeq in ${where}, of a conversation that keeps everything:`, minSeq, 1);
      mustBe(`reset in ${where}, where nothing is gone:`, reset ?? false, false);
    }
    const end = await group.page(socket, { after: head });
    mustBe('reset after the head:', end.reset ?? false, false);
    return 'compared over two members, socket and HTTP; a lost or expired log cannot be made from outside';
  },
};
