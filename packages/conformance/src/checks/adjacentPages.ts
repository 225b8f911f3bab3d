import type { Page } from '@trialogue/protocol';

import { must, mustBe, type Check } from '../check.ts';
import { mustRun } from '../stage/message.ts';
import type { Range } from '../stage/person.ts';

export const adjacentPages: Check = {
  about: ['I16', '§5.8'],
  title: 'Pages are adjacent while messages are appended',
  async run(at) {
    const { ada, bo, group } = await at.pair();
    const [adas, bos] = [await group.enter(ada), await group.enter(bo)];
    await group.pour(
      adas.socket,
      Array.from({ length: 10 }, (_, n) => group.draft(ada, `before ${n}`)),
    );
    const ways: [string, (range: Range) => Promise<Page>][] = [
      ['on the socket', (range) => group.page(bos.socket, range)],
      ['over HTTP', (range) => bo.page(group.dlgId, range)],
    ];
    for (const [way, page] of ways) {
      await forwards(way, page, () => group.send(bos.socket, group.draft(bo, 'meanwhile')));
      await backwards(way, page);
    }
    return 'forwards by 4 with a message between each two pages, and backwards by 3; socket and HTTP';
  },
};

async function forwards(way: string, page: (range: Range) => Promise<Page>, append: () => Promise<unknown>) {
  const seqs: number[] = [];
  for (let appended = 0; ;) {
    const after = seqs.at(-1) ?? 0;
    const { list, hasMore, head } = await page({ after, limit: 4 });
    mustRun(
      `the page ${way} after ${after}`,
      list.map(({ seq }) => seq),
      after + 1,
    );
    seqs.push(...list.map(({ seq }) => seq));
    must(list.length <= 4, `at most 4 messages ${way}`, `${list.length}`);
    const last = seqs.at(-1) ?? 0;
    mustBe(`hasMore ${way} of the page that ends with ${last} of ${head}:`, hasMore, last < head);
    if (!hasMore) {
      const beyond = await page({ after: head, limit: 4 });
      mustBe(`messages ${way} after the head:`, beyond.list.length, 0);
      mustBe(`hasMore ${way} after the head:`, beyond.hasMore, false);
      return;
    }
    if (appended++ < 2) await append();
  }
}

async function backwards(way: string, page: (range: Range) => Promise<Page>) {
  const newest = await page({ limit: 3 });
  let seqs = newest.list.map(({ seq }) => seq);
  mustRun(`the newest page ${way}`, seqs, newest.head - 2);
  for (let { hasMore } = newest; hasMore;) {
    const before = seqs[0] as number;
    const older = await page({ before, limit: 3 });
    const list = older.list.map(({ seq }) => seq);
    mustRun(`the page ${way} before ${before}`, list, Math.max(1, before - 3));
    mustBe(`the end ${way} of the page before ${before}`, list.at(-1), before - 1);
    mustBe(`hasMore ${way} of the page that begins with ${list[0]}:`, older.hasMore, (list[0] as number) > 1);
    ({ hasMore } = older);
    seqs = list;
  }
  mustBe(`the first message ${way}`, seqs[0], 1);
  mustBe(`messages ${way} before 1:`, (await page({ before: 1, limit: 3 })).list.length, 0);
}
