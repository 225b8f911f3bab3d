import { bo } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import { findAll, piecesOf } from './pieces.ts';

test('names, links and words', () => {
  expect(piecesOf('@Bo see https://a.example/1 ok', [{ userId: bo.userId, at: 0, length: 3 }])).toMatchObject([
    { kind: 'mention', text: '@Bo', userId: bo.userId },
    { kind: 'text', text: ' see ' },
    { kind: 'link', text: 'https://a.example/1' },
    { kind: 'text', text: ' ok' },
  ]);
});

test('names that do not fit are words', () => {
  const wrong = [
    { at: 0, length: 3 },
    { at: 2, length: 3 },
    { at: 90, length: 3 },
  ];
  expect(piecesOf('@Bo hi', wrong).map(({ kind }) => kind)).toEqual(['mention', 'text']);
});

test('what is looked for is marked, in links too, and nothing is lost', () => {
  const text = '龙井茶 and https://a.example/longjing 龙井';
  const pieces = piecesOf(text, [], '龙井');
  expect(pieces.filter(({ isSought }) => isSought).map((piece) => piece.text)).toEqual(['龙井', '龙井']);
  expect(pieces.map((piece) => piece.text).join('')).toBe(text);
  expect(piecesOf(text, [], 'LONG').find(({ isSought }) => isSought)).toMatchObject({ kind: 'link', text: 'long' });
});

test('finds every place', () => {
  expect(findAll('aAbaa', 'aa')).toEqual([
    [0, 2],
    [3, 5],
  ]);
  expect(findAll('abc', '')).toEqual([]);
});
