import fc from 'fast-check';
import { expect, test } from 'vitest';

import { payload, readPayload } from './payloads.ts';
import { schemaOf } from './schema.ts';

const types = (schemaOf(payload)['oneOf'] as { properties: { type: { enum: string[] } } }[]).map(
  ({ properties }) => properties.type.enum[0] as string,
);

test('whatever an envelope held, the reader has something to show (P6)', () => {
  const anything = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify({ type: 'text', ...Object(value) })),
  );
  fc.assert(
    fc.property(anything, (plaintext) => {
      expect([...types, 'unknown']).toContain(readPayload(plaintext).type);
    }),
  );
});

test('nobody makes up a payload of type unknown', () => {
  expect(readPayload('{"type":"unknown","was":"<b>","html":"<script>"}')).toEqual({ type: 'unknown', was: 'unknown' });
});

test('a type that is no text is not taken for one', () => {
  expect(readPayload('{"type":{"toString":"text"}}')).toEqual({ type: 'unknown', was: '' });
});
