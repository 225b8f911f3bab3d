import { must, mustBe, type Check } from '../check.ts';
import { sleep } from '../stage/http.ts';
import { mentions, tryEverything } from '../stage/intruder.ts';

export const removedGetsNothing: Check = {
  about: ['I20', '§4.13'],
  title: 'A removed member gets nothing from then on',
  async run(at) {
    const { ada, bo, cy, group } = await at.trio();
    const own = await at.group(cy);
    const [adas, bos, cys] = [await group.enter(ada), await group.enter(bo), await group.enter(cy)];
    // A second socket of cy's has it not open, and must not be told of heads either.
    const idle = await cy.bound();
    await group.send(adas.socket, group.draft(ada, 'cy is here'));
    const before = await group.head(ada);
    await Promise.all([cys, bos].map((seat) => group.heardUpTo(seat, before)));
    await at.platform.removeMember(group.dlgId, cy.userId);
    const left = await cys.socket.next('left', (frame) =>
      frame.op === 'left' && frame.dlgId === group.dlgId ? cys.socket.heard.indexOf(frame) : undefined,
    );
    const idleFrom = idle.mark;
    await group.learnKey(ada);
    await group.send(adas.socket, group.draft(ada, 'cy is gone'));
    const head = await group.head(ada);
    await group.heardUpTo(bos, head);
    bos.socket.sayRaw(JSON.stringify({ op: 'read', dlgId: group.dlgId, seq: head }));
    await adas.socket.nextOf('receipt', ({ readSeq }) => readSeq >= head);
    await own.open(cys.socket);
    await own.send(cys.socket, own.draft(cy, 'a round trip'));
    await sleep(200);

    const late = [
      ...cys.socket.heard.slice(left + 1),
      ...idle.heard.slice(idleFrom).filter(({ op }) => op !== 'left'),
    ].find((frame) => mentions(frame, group));
    must(!late, 'no frame of it after left', () => JSON.stringify(late).slice(0, 160));
    for (const [what, { error }] of await tryEverything(cy, cys.socket, group, { seq: head, fileId: 'none' })) {
      mustBe(`${what} by a removed member:`, error, 'conversation.not_member');
    }
    const { text } = await cy.ask('GET', '/conversations');
    must(!text.includes(group.dlgId), 'a list of conversations without it', 'it is in it');
    return 'removed with two sockets open while the others went on talking';
  },
};
