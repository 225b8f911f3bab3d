import { expect, test } from 'vitest';

import { masterKey } from './masterKey.ts';

const bytes = (fill: number) => new Uint8Array(32).fill(fill);
const secret = Buffer.from('the key of a conversation');
const context = ['dlgKey', 'shop', 'tea', '1'];

test('a wrapped secret opens in its own context, and no two wraps are alike', () => {
  const keys = masterKey(bytes(1));
  const wrapped = keys.wrap(secret, context);
  expect(Buffer.from(keys.unwrap(wrapped, context))).toEqual(secret);
  expect(keys.wrap(secret, context)).not.toBe(wrapped);
  expect(wrapped).not.toContain(secret.toString('base64url'));
});

test.for([
  [['dlgKey', 'shop', 'tea', '2']],
  [['dlgKey', 'shop', 'te', 'a1']],
  [['dlgKey', 'shop', 'tea1', '']],
  [['dlgKey', 'shop', 'tea']],
  [['file', 'shop', 'tea', '1']],
])('it does not open as %j: whoever writes to the database cannot swap two keys', ([other]) => {
  const keys = masterKey(bytes(1));
  expect(() => keys.unwrap(keys.wrap(secret, context), other ?? [])).toThrow(/not of this context/);
});

test('one changed bit anywhere, and it does not open', () => {
  const keys = masterKey(bytes(1));
  const [form, id, sealed] = keys.wrap(secret, context).split('.');
  const raw = Buffer.from(sealed ?? '', 'base64url');
  for (let at = 0; at < raw.length; at++) {
    const changed = Buffer.from(raw);
    changed[at]! ^= 1;
    expect(() => keys.unwrap(`${form}.${id}.${changed.toString('base64url')}`, context)).toThrow();
  }
});

test('a new master key still opens what the older one wrapped; a stranger says which key it lacks', () => {
  const wrapped = masterKey(bytes(1)).wrap(secret, context);
  expect(Buffer.from(masterKey(bytes(2), [bytes(1)]).unwrap(wrapped, context))).toEqual(secret);
  expect(() => masterKey(bytes(2)).unwrap(wrapped, context)).toThrow(/master key [0-9a-f]{16}, which .* not given/);
  expect(() => masterKey(bytes(2)).unwrap('nonsense', context)).toThrow(/not of the form/);
  expect(() => masterKey(bytes(1)).unwrap(wrapped.slice(0, 25), context)).toThrow(/cut short/);
});

test('a master key of another length is refused, saying which length', () => {
  expect(() => masterKey(new Uint8Array(16))).toThrow('The master key has 16 bytes; it must have 32.');
});
