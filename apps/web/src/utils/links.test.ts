import { expect, test } from 'vitest';

import { linkify } from './links.ts';

const links = (text: string) => linkify(text).flatMap((piece) => (piece.kind === 'link' ? [piece.href] : []));
const back = (text: string) =>
  linkify(text)
    .map((piece) => piece.text)
    .join('');

test('finds addresses in Chinese prose, which leaves no blank around them', () => {
  expect(links('看这里：https://shop.example/茶?id=1，谢谢')).toEqual(['https://shop.example/%E8%8C%B6?id=1']);
  expect(links('（见https://shop.example/a）')).toEqual(['https://shop.example/a']);
});

test('leaves the full stop to the sentence, and brackets to whoever opened them', () => {
  expect(links('See https://shop.example/a.')).toEqual(['https://shop.example/a']);
  expect(links('(https://shop.example/a)')).toEqual(['https://shop.example/a']);
  expect(links('https://shop.example/a_(b)')).toEqual(['https://shop.example/a_(b)']);
});

test.for([
  'javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'JaVaScRiPt://shop.example/%0aalert(1)',
  'file:///etc/passwd',
  'https://',
  'https://user:secret@shop.example/',
  'mailto:ada@shop.example',
])('%s is no link', (text) => {
  expect(links(text)).toEqual([]);
});

test('a look-alike host shows itself in punycode', () => {
  expect(links('https://аpple.example/')).toEqual(['https://xn--pple-43d.example/']);
});

test('nothing of the text is lost or changed', () => {
  for (const text of [
    '',
    'hello',
    'a https://x.example/ b\nhttps://y.example.',
    'https://[ https://x.example',
    '<b>&amp;',
  ])
    expect(back(text)).toBe(text);
});
