import { mustBe, type Check } from '../check.ts';
import { mustRun } from '../stage/message.ts';
import { Reader } from '../stage/reader.ts';

export const eachOnce: Check = {
  about: ['I12', '§5.6'],
  title: 'A client that follows §5.6 gets each message once, through losses',
  async run(at) {
    const { ada, bo, cy, group } = await at.trio();
    const [adas, cys] = [await group.enter(ada), await group.enter(cy)];
    const reader = new Reader(group, bo);
    let head = 0;
    for (let round = 0; round < 4; round++) {
      const seat = await reader.connect();
      const [first] = await Promise.all([
        group.pour(
          adas.socket,
          [0, 1, 2].map((n) => group.draft(ada, `ada ${round}.${n}`)),
        ),
        group.pour(
          cys.socket,
          [0, 1].map((n) => group.draft(cy, `cy ${round}.${n}`)),
        ),
      ]);
      head = Math.max(head, ...first.map(({ seq }) => seq));
      await reader.catchUp(round % 2 === 0 ? 0 : head);
      seat.socket.cut();
    }
    const seat = await reader.connect();
    await reader.catchUp((await group.page(seat.socket)).head);
    const log = await ada.history(group.dlgId);
    mustRun(
      'messages given to the application',
      reader.given.map(({ seq }) => seq),
      1,
    );
    mustBe('the last message given', reader.seen, log.at(-1)?.seq ?? 0);
    log.forEach(({ seq, msgId }, index) => {
      mustBe(`msgId of seq ${seq}, as in history:`, reader.given[index]?.msgId as string | undefined, msgId);
    });
    return `${log.length} messages to a client whose connection was cut four times`;
  },
};
