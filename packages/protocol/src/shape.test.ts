import { describe, expect, test } from 'vitest';

import {
  anyRecord,
  decimal,
  flag,
  list,
  Malformed,
  nothing,
  nullable,
  oneOf,
  optional,
  record,
  tagged,
  text,
  whole,
  type Shape,
} from './shape.ts';

const order = record({
  orderId: text({ min: 1, max: 8, pattern: '[A-Z0-9]+' }),
  items: list(record({ title: text(), count: whole({ min: 1 }) }), { max: 2 }),
  note: optional(text()),
});
const teapot = { orderId: 'T1', items: [{ title: 'teapot', count: 1 }] };

const complaint = (shape: Shape<unknown>, value: unknown): string => {
  try {
    shape.read(value, 'order');
    return 'fine';
  } catch (error) {
    expect(error).toBeInstanceOf(Malformed);
    return (error as Malformed).message;
  }
};

describe('odd input is refused with the place and what was expected', () => {
  test.for<[unknown, string]>([
    ['tea', 'order: expected record'],
    [null, 'order: expected record'],
    [[], 'order: expected record'],
    [{}, 'order.orderId: expected text'],
    [{ ...teapot, orderId: '' }, 'order.orderId: expected text of 1–8 characters'],
    [{ ...teapot, orderId: 'T12345678' }, 'order.orderId: expected text of 1–8 characters'],
    [{ ...teapot, orderId: 'T 1' }, 'order.orderId: expected text like [A-Z0-9]+'],
    [{ ...teapot, orderId: 'T1\n' }, 'order.orderId: expected text like [A-Z0-9]+'],
    [{ ...teapot, items: {} }, 'order.items: expected list'],
    [{ ...teapot, items: [teapot, teapot, teapot] }, 'order.items: expected list of at most 2'],
    [{ ...teapot, items: [{ title: 'tea', count: '1' }] }, 'order.items[0].count: expected whole number'],
    [
      { ...teapot, items: [{ title: 'tea', count: 0 }] },
      'order.items[0].count: expected whole number from 1 to 9007199254740991',
    ],
    [{ ...teapot, note: 7 }, 'order.note: expected text'],
    [{ ...teapot, note: null }, 'order.note: expected text'],
  ])('%j: %s', ([value, says]) => {
    expect(complaint(order, value)).toBe(says);
  });

  test.for<[string, Shape<unknown>, unknown[]]>([
    ['whole number', whole(), [1.5, Number.NaN, Infinity, 2 ** 53, '1', true, null]],
    ['number', decimal(), [Number.NaN, -Infinity, '1']],
    ['true or false', flag(), [0, 'true', null]],
    ['one of red, green', oneOf('red', 'green'), ['blue', '', 1, 'toString']],
    ['null', nothing(), [0, undefined, '']],
    ['text', nullable(text()), [undefined, 0]],
  ])('expected %s', ([expected, shape, values]) => {
    for (const value of values) expect(complaint(shape, value)).toBe(`order: expected ${expected}`);
  });
});

test('the -0 of JSON reads as 0', () => expect(whole().read(JSON.parse('-0'), 'order')).toBe(0));

describe('a record', () => {
  test('keeps what it knows and drops the rest, so that old and new can talk', () => {
    const fromTheFuture = { ...teapot, gift: true, items: [{ title: 'tea', count: 2, weight: 9 }] };
    expect(order.read(fromTheFuture, 'order')).toEqual({ orderId: 'T1', items: [{ title: 'tea', count: 2 }] });
  });

  test('leaves out an optional field that did not come', () => {
    expect(Object.keys(order.read({ ...teapot, note: undefined }, 'order'))).toEqual(['orderId', 'items']);
  });

  test('reads own fields only: nobody slips one in through a prototype (T12)', () => {
    const inherited = Object.create({ orderId: 'T1', items: [] }) as unknown;
    expect(complaint(order, inherited)).toBe('order.orderId: expected text');
  });

  test.for(['__proto__', 'constructor', 'prototype', 'toString'])('is not impressed by a field called %s', (name) => {
    const sent: unknown = JSON.parse(`{"orderId":"T1","items":[],"${name}":{"isAdmin":true}}`);
    const read = order.read(sent, 'order');
    expect(Object.keys(read)).toEqual(['orderId', 'items']);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });
});

describe('a tagged union', () => {
  const event = tagged('kind', { joined: { who: text() }, left: {} });

  test('is told apart by its word', () => {
    expect(event.read({ kind: 'joined', who: 'ada', why: 'tea' }, 'event')).toEqual({ kind: 'joined', who: 'ada' });
    expect(event.read({ kind: 'left', who: 'ada' }, 'event')).toEqual({ kind: 'left' });
  });

  test.for([
    {},
    { kind: 'danced' },
    { kind: 1 },
    { kind: 'toString' },
    JSON.parse('{"__proto__":{"kind":"left"}}'),
    Object.create({ kind: 'left' }),
  ])('refuses %j', (value) => {
    expect(complaint(event, value)).toBe('order.kind: expected one of joined, left');
  });
});

describe("the platform's own data", () => {
  test('is carried as it is', () => {
    const custom = { order: 'T1', tags: ['tea', { hot: true }] };
    expect(anyRecord().read(custom, 'custom')).toEqual(custom);
  });

  test('is refused when it is so deep that printing it again would overflow the stack (I38)', () => {
    const nested = (levels: number): unknown => JSON.parse('{"a":'.repeat(levels) + '1' + '}'.repeat(levels));
    expect(anyRecord().read(nested(8), 'custom')).toEqual(nested(8));
    expect(complaint(anyRecord(), nested(9))).toBe('order: expected record of at most 8 levels');
    expect(complaint(anyRecord(), nested(200_000))).toBe('order: expected record of at most 8 levels');
  });
});
