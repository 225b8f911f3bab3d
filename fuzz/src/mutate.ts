import type { Random } from '@trialogue/testkit';

/** Words that have broken readers before. */
const words: readonly string[] = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'length'],
  ...['null', 'true', '-1', '0', '1e309', '1.5', '9007199254740993', '18446744073709551616', 'NaN', '-0'],
  ...['"', '\\', '\\u0000', '\\ud800', '{', '}', '[', ']', ':', ',', '{"a":', '[['],
  ...[
    '\u0000',
    '\ud800',
    '\udc00',
    '\u202e',
    '\u200b',
    '\ufeff',
    '🍵',
    'é',
    '\u2028',
    '\r\n',
    '\r\n\r\n',
    '%00',
    '%c0%af',
  ],
  ...[
    '../',
    '..%2f',
    '..\\',
    "' OR 1=1 --",
    '$ne',
    '<script>',
    'javascript:',
    '${7*7}',
    '=',
    '==',
    '.',
    '..',
    'IM1.',
    'dk1.',
    'eyJhbGciOiJub25lIn0.',
  ],
  'A'.repeat(300),
  '['.repeat(2_000),
  '{"a":'.repeat(500),
];

/** Values in the place of another one; some of them are quite usual where they do not belong. */
const odd: readonly unknown[] = [
  ...['tea', 'ada', 'c1', 'text', 'https://shop.test/a', 1, 2, 7, 100, 1_795_500_000_000],
  ...[null, true, false, 0, -1, 1.5, 2 ** 53, -(2 ** 53), 1e308, 2 ** 31, 2 ** 32],
  ...['', ' ', 'x'.repeat(5_000), '__proto__', 'constructor', '\u0000', '\ud800', '0', '-1', 'NaN'],
  ...[[], {}, [[]], [null], { toString: null }, { length: -1 }, { $ne: '' }, [1, 2, 3]],
  JSON.parse('{"then":null}'),
  JSON.parse('{"__proto__":{"polluted":true}}'),
  JSON.parse('{"constructor":{"prototype":{"polluted":true}}}'),
];

/** Those of the same kind: what is odd and still lets itself be read gets further. */
const oddLike = (value: unknown): readonly unknown[] => {
  const alike = odd.filter((each) => typeof each === typeof value && each !== null);
  return alike.length > 0 ? alike : odd;
};

/** A text that is a little, or quite, unlike a good one. `others` are good ones to take pieces of. */
export function mutate(seed: string, random: Random, others: readonly string[] = [seed]): string {
  let text = seed;
  // Half of them stay well written: what cannot be parsed gets nowhere.
  if (random.chance(0.5)) for (let times = random.between(1, 2); times > 0; times--) text = mutateJson(text, random);
  else for (let times = random.between(1, 4); times > 0; times--) text = random.pick(ways)(text, random, others);
  return text.length > LONGEST ? text.slice(0, LONGEST) : text;
}

const LONGEST = 300_000;

type Way = (text: string, random: Random, others: readonly string[]) => string;

const cut = (text: string, random: Random): [number, number] => {
  const from = random.between(0, text.length);
  return [from, Math.min(text.length, from + random.between(0, Math.max(1, text.length >> random.between(0, 6))))];
};

const ways: readonly Way[] = [
  // Another character.
  (text, random) => {
    const at = random.between(0, Math.max(0, text.length - 1));
    return (
      text.slice(0, at) +
      String.fromCharCode(random.between(0, random.chance(0.9) ? 0x7f : 0xffff)) +
      text.slice(at + 1)
    );
  },
  // A piece less, twice, or of another one.
  (text, random) => {
    const [from, to] = cut(text, random);
    return text.slice(0, from) + text.slice(to);
  },
  (text, random) => {
    const [from, to] = cut(text, random);
    return text.slice(0, to) + text.slice(from);
  },
  (text, random, others) => {
    const [from, to] = cut(text, random);
    const other = random.pick(others);
    const [start, end] = cut(other, random);
    return text.slice(0, from) + other.slice(start, end) + text.slice(to);
  },
  // A word from the list.
  (text, random) => {
    const [from, to] = cut(text, random);
    return text.slice(0, from) + random.pick(words) + text.slice(random.chance(0.5) ? from : to);
  },
  mutateJson,
  mutateJson,
  mutateJson,
];

/** Another value, name or level in the place of one; text that is no JSON stays as it is. */
function mutateJson(text: string, random: Random): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  return JSON.stringify(mutateValue(value, random)) ?? 'null';
}

/** The same for a value. It shares nothing with the one given. */
export function mutateValue(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.chance(0.15))
    return structuredClone(random.pick(random.chance(0.5) ? oddLike(value) : odd));
  if (Array.isArray(value)) {
    const at = random.between(0, Math.max(0, value.length - 1));
    if (random.chance(0.2)) return Array.from({ length: random.between(0, 300) }, () => value[at] as unknown);
    return value.map((each, index) => (index === at ? mutateValue(each, random) : (each as unknown)));
  }
  const entries = Object.entries(value);
  const at = random.between(0, Math.max(0, entries.length - 1));
  const [name = 'a', old] = entries[at] ?? [];
  const how = random.between(0, 5);
  if (how === 0) entries.splice(at, 1);
  else if (how === 1) entries.push([random.pick(words), random.pick(odd)]);
  else if (how === 2) entries[at] = [random.pick(words), old];
  else if (entries.length > 0) entries[at] = [name, mutateValue(old, random)];
  // `fromEntries` defines: a name like `__proto__` is a field, as it is for `JSON.parse`.
  return Object.fromEntries(entries);
}
