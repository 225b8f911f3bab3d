import { randomBytes } from 'node:crypto';

import { mustBe, type Check } from '../check.ts';
import { Group } from '../stage/group.ts';
import { tryEverything, tryTheDesk } from '../stage/intruder.ts';

export const absentLooksForeign: Check = {
  about: ['I20'],
  title: 'A conversation of others answers like one that is not there',
  async run(at) {
    const { group } = await at.pair();
    const mal = await at.person();
    const socket = await mal.bound();
    const absent = new Group(randomBytes(16).toString('hex'), group.dlgKey);
    const agent = await at.person('service');
    const triedWith = async (which: Group) => [
      ...(await tryEverything(mal, socket, which, { seq: 1, fileId: 'none' })),
      ...(await tryTheDesk(mal, which)),
      ...(await tryTheDesk(agent, which)),
    ];
    const [here, nowhere] = [await triedWith(group), await triedWith(absent)];
    here.forEach(([what, { whole }], index) => {
      mustBe(`${what} of a foreign conversation, as of an absent one:`, whole, nowhere[index]?.[1].whole);
    });
    return `${here.length} ways in, of a conversation that is there and of one that is not`;
  },
};
