import { hardCaps, limits, type Limits } from '@trialogue/protocol';
import { describe, expect, test } from 'vitest';

import { limitCautions, readLimits } from './limits.ts';

function read(text: string): { effective: Limits; wrong: string[] } {
  const wrong: string[] = [];
  const effective = readLimits(text, (was, expected) => wrong.push(`${was}. Expected: ${expected}.`));
  return { effective, wrong };
}

test('what is not named stays as it comes', () => {
  expect(read('').effective).toEqual(limits);
  expect(read(' recallMs = 60000, page=20 ,').effective).toEqual({ ...limits, recallMs: 60_000, page: 20 });
});

test.each(Object.keys(limits) as (keyof Limits)[])('%s can be set', (name) => {
  const value = name === 'dedupeMs' ? limits.dedupeMs + 1 : 1;
  expect(read(`${name}=${value}`)).toEqual({ effective: { ...limits, [name]: value }, wrong: [] });
});

test.each(Object.entries(hardCaps))('%s can be set to %d and no higher', (name, cap) => {
  expect(read(`${name}=${cap}`)).toMatchObject({ effective: { [name]: cap }, wrong: [] });
  const { effective, wrong } = read(`${name}=${cap + 1}`);
  expect(wrong).toEqual([
    `has the entry "${name}=${cap + 1}", which is more than a server may have. ` +
      `Expected: ${name}= and a whole number from 1 to ${cap}, without a unit.`,
  ]);
  expect(effective).toEqual(limits);
});

describe('it says what is wrong, and what was expected:', () => {
  test.each([
    [
      'contentByte=1',
      /^has the entry "contentByte=1", and no limit has that name\. Expected: .* such as contentBytes;/,
    ],
    ['contentbytes=1', /such as contentBytes;/],
    ['maxFileSize=1', /such as \w+; PROTOCOL\.md §8/],
    ['sendPerUserBurst=1', /such as sendsPerUserBurst;/],
    ['toString=1', /no limit has that name/],
    ['page', /^has the entry "page"\. Expected: page= and a whole number from 1, without a unit/],
    ['page=', /has the entry "page="/],
    ['page=0', /from 1/],
    ['page=-1', /from 1/],
    ['page=1.5', /whole number/],
    ['page=1e3', /whole number/],
    ['page=50kB', /without a unit/],
    ['page=1=2', /has the entry "page=1=2"/],
    ['page=9007199254740993', /whole number/],
    ['page=1,page=2', /^has the entry "page=2", and names page twice/],
    ['outboxMs=9999999999', /a message that waited long in a client could be stored twice/],
    ['dedupeMs=1', /dedupeMs at least seven days above outboxMs/],
  ])('%s', (text, says) => {
    expect(read(text).wrong).toEqual([expect.stringMatching(says)]);
  });

  test('of every entry', () => expect(read('a=1,b=2,page=x').wrong).toHaveLength(3));
});

describe('what does not go together is pointed out:', () => {
  test('the limits as they come do', () => expect(limitCautions(limits)).toEqual([]));

  test.each<[Partial<Limits>, RegExp]>([
    [{ contentBytes: 12_000 }, /payloadBytes 8192 does not fit into contentBytes 12000/],
    [{ payloadBytes: 12_288 }, /payloadBytes 12288 does not fit/],
    [{ frameBytes: 16_384 }, /contentBytes 16384 does not fit into frameBytes 16384/],
    [{ page: 201 }, /page 201 is more than pageMost 200/],
    [{ pingMs: 30_001 }, /clients give up/],
    [{ unsentBytes: 1_000 }, /slow readers are closed/],
    [{ sendsPerUserPerMinute: 14 }, /sendsPerUserBurst 15/],
    [{ sendsPerUserPerSecond: 41 }, /one member can keep all others/],
    [{ uploadBytes: 20_971_519 }, /larger in one request than in pieces/],
    [{ uploadBytesPerUserPerHour: 100_000_000 }, /uploadBytes 104857600 is more .*: the largest file never passes/],
  ])('%j', (changed, says) => {
    expect(limitCautions({ ...limits, ...changed })).toEqual([expect.stringMatching(says)]);
  });
});
