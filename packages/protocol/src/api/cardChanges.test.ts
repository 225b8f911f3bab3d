import { expect, test } from 'vitest';

import { goods, questions } from '../payloads.ts';
import { schemaOf } from '../schema.ts';
import type { Fields } from '../shape.ts';
import { cardChanges } from './cardChanges.ts';

test('a field of one name is the same in every kind of card: a change can be judged without the card', () => {
  const known = new Map<string, unknown>();
  for (const [kind, fields] of Object.entries<Fields>({ ...goods, ...questions })) {
    for (const [name, shape] of Object.entries(fields)) {
      const schema = schemaOf(shape);
      expect(schema, `${kind}.${name}`).toEqual(known.get(name) ?? schema);
      known.set(name, schema);
    }
  }
});

test('what a card need not have can be taken away', () => {
  expect(cardChanges.read({ expectedAt: null, status: 'delivered' }, 'body')).toEqual({
    expectedAt: null,
    status: 'delivered',
  });
  expect(() => cardChanges.read({ title: null }, 'body')).toThrow('body.title: expected text');
});
