import { describe, expect, test } from 'vitest';

import { wrongIn, type Schema } from './schema.ts';

const root: Schema = { components: { Name: { type: 'string', minLength: 2, maxLength: 4, pattern: '^[a-z]+$' } } };
const name = { $ref: '#/components/Name' };
const record = {
  type: 'object',
  required: ['name'],
  properties: { name, count: { type: 'integer', minimum: 0, maximum: 9 } },
};

describe('what does not fit is named with its place', () => {
  test.for<[Schema, unknown, string | undefined]>([
    [record, { name: 'ada', other: 1 }, undefined],
    [record, { name: 'ada', count: 9 }, undefined],
    [record, [], 'is not of type object'],
    [record, {}, 'lacks name'],
    [record, { name: 'a' }, '.name is shorter than 2'],
    [record, { name: 'adams' }, '.name is longer than 4'],
    [record, { name: 'AD' }, '.name is not like ^[a-z]+$'],
    [record, { name: 'ada', count: 1.5 }, '.count is not of type integer'],
    [record, { name: 'ada', count: -1 }, '.count is below 0'],
    [record, { name: 'ada', count: 10 }, '.count is above 9'],
    [{ type: 'array', items: name, maxItems: 2 }, ['ada', 'b'], '[1] is shorter than 2'],
    [{ type: 'array', maxItems: 1 }, [1, 2], 'has more than 1 items'],
    [{ const: 0 }, 1, 'is not 0'],
    [{ enum: ['a', 'b'] }, 'c', 'is none of a, b'],
    [{ anyOf: [name, { type: 'null' }] }, null, undefined],
    [{ anyOf: [name, { type: 'null' }] }, 1, 'fits none: is not of type string; is not of type null'],
    [{ oneOf: [{ type: 'integer' }, { type: 'number' }] }, 1, 'fits 2 of 2: ; '],
  ])('%j and %j: %s', ([schema, value, wrong]) => expect(wrongIn(value, schema, root)).toBe(wrong));

  test('a keyword that nobody checks is a mistake here, not a pass', () => {
    expect(() => wrongIn(1, { multipleOf: 3 }, root)).toThrow('multipleOf');
  });
});
