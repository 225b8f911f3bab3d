import { must, mustBe, type Check } from '../check.ts';
import { Reader } from '../stage/reader.ts';

const MOST_MS = 10_000;

export const catchesUp: Check = {
  about: ['I14', '§5.7'],
  title: 'Who was away stands at the head within 10 s',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const reader = new Reader(group, bo);
    (await reader.connect()).socket.cut();
    const { socket } = await group.enter(ada);
    const missed = await group.pour(
      socket,
      Array.from({ length: 14 }, (_, n) => group.draft(ada, `while bo is away ${n}`)),
    );
    const backAt = performance.now();
    const { opened } = await reader.connect();
    const tookMs = Math.round(performance.now() - backAt);
    const head = await group.head(ada);
    mustBe('head in opened', opened.head, head);
    mustBe('seen after the pages', reader.seen, head);
    must(tookMs <= MOST_MS, `the head within ${MOST_MS} ms`, `${tookMs} ms`);
    return `${missed.length} messages missed, caught up in ${tookMs} ms`;
  },
};
