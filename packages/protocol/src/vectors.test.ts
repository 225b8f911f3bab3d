import { readFileSync } from 'node:fs';

import { describe, expect, test } from 'vitest';

import { clientFrame, serverFrame } from './frames.ts';
import { fromFrame, toFrame } from './host.ts';
import { payload, readPayload } from './payloads.ts';
import { schemaOf } from './schema.ts';
import { Malformed, type Shape } from './shape.ts';

/** One message as it comes over the wire, and what the reader makes of it: itself, `gives`, or a complaint. */
interface Vector {
  /** The clause of PROTOCOL.md. */
  clause: string;
  says: string;
  given: unknown;
  gives?: unknown;
  error?: string;
}

const vectors = (file: string) =>
  JSON.parse(readFileSync(new URL(`../vectors/${file}.json`, import.meta.url), 'utf8')) as Vector[];

const readers: [string, Shape<unknown>][] = [
  ['clientFrames', clientFrame],
  ['serverFrames', serverFrame],
  ['toFrame', toFrame],
  ['fromFrame', fromFrame],
];

describe.for(readers)('%s.json', ([file, shape]) => {
  test.for(vectors(file))('$clause $says', ({ given, gives, error }) => {
    if (error === undefined) expect(shape.read(given, 'frame')).toEqual(gives ?? given);
    else expect(() => shape.read(given, 'frame')).toThrow(new Malformed(...halves(error)));
  });

  test('has a valid and an invalid example of every kind', () => {
    const kinds = (
      schemaOf(shape)['oneOf'] as { required: string[]; properties: Record<string, { enum: string[] }> }[]
    ).map(({ required, properties }) => String(properties[required[0] as string]?.enum[0]));
    const shown = (isGood: boolean) =>
      vectors(file)
        .filter(({ error }) => (error === undefined) === isGood)
        .map(({ given }) => String(Object.values(given as Record<string, unknown>)[0]));
    expect(shown(true)).toEqual(expect.arrayContaining(kinds));
    // A `pong`, a `ready`: without fields there is nothing to get wrong.
    const withFields = kinds.filter((kind) => !['pong', 'ready', 'takeLinks', 'focusEditor', 'send'].includes(kind));
    expect(shown(false)).toEqual(expect.arrayContaining(withFields));
  });
});

describe('payloads.json', () => {
  test.for(vectors('payloads'))('$clause $says', ({ given, gives }) => {
    expect(readPayload(typeof given === 'string' ? given : JSON.stringify(given))).toEqual(gives ?? given);
  });

  test('has an example of every type', () => {
    const shown = vectors('payloads').filter(({ gives }) => gives === undefined);
    const types = (schemaOf(payload)['oneOf'] as { properties: { type: { enum: string[] } } }[]).map(
      ({ properties }) => properties.type.enum[0],
    );
    expect(shown.map(({ given }) => (given as { type: string }).type)).toEqual(expect.arrayContaining(types));
  });
});

function halves(error: string): [string, string] {
  const [path = '', expected = ''] = error.split(': expected ');
  return [path, expected];
}
