import { describe, expect, test } from 'vitest';

import { factsOf } from './facts.ts';

describe('what a platform writes beside a customer', () => {
  test('words, tags, links and orders are laid out', () => {
    expect(
      factsOf({
        level: '金卡',
        since: 2019,
        tags: ['老客', '爱喝绿茶'],
        profile: 'https://shop.test/u/ada',
        invoice: { url: 'https://shop.test/i/1', title: '发票' },
        orders: [{ orderId: 'QH-71', total: '536.00' }],
      }),
    ).toEqual([
      { kind: 'text', name: 'level', text: '金卡' },
      { kind: 'text', name: 'since', text: '2019' },
      { kind: 'tags', name: 'tags', tags: ['老客', '爱喝绿茶'] },
      { kind: 'link', name: 'profile', text: 'https://shop.test/u/ada', href: 'https://shop.test/u/ada' },
      { kind: 'link', name: '发票', text: 'https://shop.test/i/1', href: 'https://shop.test/i/1' },
      {
        kind: 'records',
        name: 'orders',
        records: [
          [
            { kind: 'text', name: 'orderId', text: 'QH-71' },
            { kind: 'text', name: 'total', text: '536.00' },
          ],
        ],
      },
    ]);
  });

  test('only http and https are ever a link', () => {
    const facts = factsOf({
      a: 'javascript:alert(1)',
      b: { url: 'data:text/html,<b>' },
      c: ['javascript:alert(1)'],
      d: 'https://user:secret@shop.test/',
    });
    expect(facts.filter(({ kind }) => kind === 'link')).toEqual([]);
    expect(JSON.stringify(facts)).not.toContain('href');
  });

  test('whatever is written, the panel stays a panel: nothing too deep, too long or too many', () => {
    let deep: unknown = 'bottom';
    for (let depth = 0; depth < 30; depth++) deep = { deep };
    const facts = factsOf({
      deep,
      long: 'x'.repeat(9_000),
      many: Array.from({ length: 999 }, (_, n) => n),
      nothing: null,
      empty: '',
      lists: [[[[[['a']]]]], null, { a: [] }],
    });
    expect(JSON.stringify(facts).length).toBeLessThan(5_000);
    expect(facts.map(({ name }) => name)).toEqual(['deep', 'long', 'many', 'lists']);
    const everything = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`f${n}`, n]));
    expect(factsOf(everything)).toHaveLength(50);
  });
});
