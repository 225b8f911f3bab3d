import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { clientFrame, serverFrame } from './frames.ts';
import { fromFrame, toFrame } from './host.ts';
import { payload } from './payloads.ts';
import { schemaOf, type JsonSchema } from './schema.ts';
import { Malformed, type Shape } from './shape.ts';

/** Every union that comes from the other end. */
const unions: [string, Shape<unknown>][] = [
  ['client frame', clientFrame],
  ['server frame', serverFrame],
  ['payload', payload],
  ['message to the iframe', toFrame],
  ['message from the iframe', fromFrame],
];

/** Values that the schema allows: the other half of the table, made by reading it backwards. */
function allowedBy(schema: JsonSchema): fc.Arbitrary<unknown> {
  const of = (part: unknown) => allowedBy(part as JsonSchema);
  if (Array.isArray(schema['oneOf'])) return fc.oneof(...schema['oneOf'].map(of));
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  switch (schema['type']) {
    case 'object':
      if (schema['additionalProperties'] === true) return fc.dictionary(fc.string({ maxLength: 3 }), fc.string());
      return fc.record(
        Object.fromEntries(Object.entries(schema['properties'] as JsonSchema).map(([name, part]) => [name, of(part)])),
        { requiredKeys: schema['required'] as never[] },
      );
    case 'array':
      return fc.array(of(schema['items']), { maxLength: Math.min(3, (schema['maxItems'] as number | undefined) ?? 3) });
    case 'integer':
      return fc.maxSafeInteger().map((given) => {
        const min = schema['minimum'] as number;
        const max = (schema['maximum'] as number | undefined) ?? Number.MAX_SAFE_INTEGER;
        return min + (Math.abs(given) % (max - min + 1));
      });
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'string':
      if (typeof schema['pattern'] === 'string') {
        const { minLength = 1, maxLength = 64 } = schema as { minLength?: number; maxLength?: number };
        // Made as long as it has to be: to wait for a long one to come by chance is to wait for ever.
        const pattern = schema['pattern'].replace(/\+\)\$$/, `{${minLength},${maxLength}})$`);
        return fc
          .stringMatching(new RegExp(pattern), { maxLength })
          .filter((made) => made.length >= minLength && made.length <= maxLength);
      }
      return fc.string({ minLength: (schema['minLength'] as number | undefined) ?? 0, maxLength: 3 });
    default:
      throw new Error(`a frame holds no ${String(schema['type'])}`);
  }
}

const attempt = (shape: Shape<unknown>, value: unknown): unknown => {
  try {
    return shape.read(value, 'frame');
  } catch (error) {
    return error;
  }
};

/** What the schema allows, but for one field: what is odd from the outset gets no further than that. */
const nearly = (shape: Shape<unknown>) =>
  fc.tuple(allowedBy(schemaOf(shape)), fc.nat(), fc.jsonValue()).map(([value, nth, other]) => {
    const entries = Object.entries(value as object);
    return Object.fromEntries(entries.map(([name, field], at) => [name, at === nth % entries.length ? other : field]));
  });

describe.for(unions)('%s', ([, shape]) => {
  test('any JSON gives a value or a Malformed that names a place, never anything else (I38, P6)', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), nearly(shape)), (value) => {
        const outcome = attempt(shape, value);
        if (outcome instanceof Malformed) expect(outcome.message).toMatch(/^frame[\w.[\]]*: expected ./);
        else expect(shape.read(outcome, 'frame')).toEqual(outcome);
      }),
    );
  });

  test('what the schema allows is read as it is, and survives the wire', () => {
    fc.assert(
      fc.property(allowedBy(schemaOf(shape)), (value) => {
        const sent: unknown = JSON.parse(JSON.stringify(value));
        expect(shape.read(sent, 'frame')).toEqual(sent);
      }),
    );
  });

  test('one field spoiled is refused, and the field is named', () => {
    const spoilt = fc
      .tuple(allowedBy(schemaOf(shape)), fc.nat(), fc.constantFrom(null, [[]], { odd: true }))
      .map(([value, which, odd]) => {
        const names = Object.keys(value as object);
        const name = names[which % names.length] as string;
        return { name, value: { ...(value as object), [name]: odd } };
      })
      // A record that is replaced by another record is refused further inside, or holds nothing that is needed.
      .filter(({ name }) => name !== 'payload' && name !== 'changes');
    fc.assert(
      fc.property(spoilt, ({ name, value }) => {
        const outcome = attempt(shape, value);
        expect(outcome).toBeInstanceOf(Malformed);
        expect((outcome as Malformed).path).toContain(`frame.${name}`);
      }),
    );
  });

  test('fields of a later version are dropped', () => {
    fc.assert(
      fc.property(allowedBy(schemaOf(shape)), fc.jsonValue(), (value, later) => {
        expect(shape.read({ ...(value as object), fromAfter2030: later }, 'frame')).toEqual(value);
      }),
    );
  });
});
