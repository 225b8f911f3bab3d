import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { cardChanges } from './api/cardChanges.ts';
import { goods, payload, questions } from './payloads.ts';

const page = readFileSync(new URL('../../../docs/CARDS.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^```json\n([^]*?)\n```$/gm)].map(([, json = '']) => JSON.parse(json) as object);

describe('docs/CARDS.md', () => {
  test.each(examples.map((example) => [(example as { type: string }).type, example]))(
    'the example of %s is read as it stands there, to its last field',
    (_, example) => {
      expect(payload.read(example, 'payload')).toEqual(example);
    },
  );

  test('has an example of every kind of card, and of every answer', () => {
    const kinds = [...Object.keys(goods), ...Object.keys(questions), 'formAnswer', 'rating', 'cardUpdate'];
    const shown = examples.map((example) => (example as { type: string }).type);
    expect(shown).toEqual(expect.arrayContaining(kinds));
  });

  test('the change of a card can be asked for', () => {
    const [, json = ''] = /^PATCH [^]*?\n\n(\{.*\})$/m.exec(page) ?? [];
    expect(cardChanges.read(JSON.parse(json), 'body')).toEqual({ status: 'shipped' });
  });
});
