import { must, type Check } from '../check.ts';

export const timeDoesNotFall: Check = {
  about: ['I34'],
  title: 'sentAt does not fall from one seq to the next',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const seats = [await group.enter(ada), await group.enter(bo)];
    await Promise.all(
      seats.map(({ who, socket }) =>
        group.pour(
          socket,
          Array.from({ length: 8 }, (_, n) => group.draft(who, `${n}`)),
        ),
      ),
    );
    const history = await ada.history(group.dlgId);
    history.forEach(({ seq, sentAt }, index) => {
      const before = history[index - 1];
      must(
        !before || sentAt >= before.sentAt,
        `sentAt of ${seq} not below ${before?.sentAt} of ${before?.seq}`,
        `${sentAt}`,
      );
    });
    return `${history.length} messages compared; a jumping clock cannot be made from outside`;
  },
};
