import { mustBe, type Check } from '../check.ts';
import { mustRun } from '../stage/message.ts';

export const noHoles: Check = {
  about: ['I6', '§5.1'],
  title: 'Seqs are 1, 2, … head without holes, whoever sends',
  async run(at) {
    const { ada, bo, cy, group } = await at.trio();
    const seats = [await group.enter(ada), await group.enter(bo)] as const;
    const first = (await group.page(seats[0].socket)).head;
    const all = await Promise.all([
      ...seats.map(({ who, socket }) =>
        group.pour(
          socket,
          Array.from({ length: 10 }, (_, n) => group.draft(who, `${n}`)),
        ),
      ),
      (async () => {
        const posted = [];
        for (let n = 0; n < 6; n++) posted.push(await group.post(cy, group.draft(cy, `${n}`)));
        return posted;
      })(),
    ]);
    const seqs = all
      .flat()
      .map(({ seq }) => seq)
      .sort((a, b) => a - b);
    mustRun('acked seqs', seqs, first + 1);
    const head = first + seqs.length;
    for (const [where, list] of [
      ['history on the socket', await group.history(seats[0].socket)],
      ['history over HTTP', await cy.history(group.dlgId)],
    ] as const) {
      mustRun(
        where,
        list.map(({ seq }) => seq),
        1,
      );
      mustBe(`${where} to the head`, list.at(-1)?.seq, head);
    }
    mustBe('head', (await ada.page(group.dlgId, { limit: 1 })).head, head);
    return `${seqs.length} messages of two sockets and HTTP at once`;
  },
};
