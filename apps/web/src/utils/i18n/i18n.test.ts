import { refusals } from '@trialogue/protocol';
import { expect, test } from 'vitest';

import { languages, refusalWords, speak, t, withWords } from './index.ts';
import { pickLanguage } from './words.ts';
import { trouble } from './zh-CN/trouble.ts';

const sources = import.meta.glob<string>(['../../**/*.{vue,ts}', '!../../**/*.test.ts', '!./*/*.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const files = import.meta.glob<Record<string, Record<string, string>>>('./*/*.ts', { eager: true });
const areas = Object.keys(files)
  .filter((path) => path.startsWith('./zh-CN/'))
  .map((path) => path.slice('./zh-CN/'.length, -'.ts'.length));
const wordsOf = (language: string, area: string) => files[`./${language}/${area}.ts`]?.[area] ?? {};
const names = (phrase: string) => new Set([...phrase.matchAll(/\{(\w+)/g)].map(([, name]) => name));

test.for(areas.flatMap((area) => Object.keys(languages).map((language) => [area, language] as const)))(
  'every phrase of %s is there in %s, with the same blanks to fill',
  ([area, language]) => {
    const [first, words] = [wordsOf('zh-CN', area), wordsOf(language, area)];
    expect(Object.keys(words).sort()).toEqual(Object.keys(first).sort());
    for (const [word, phrase] of Object.entries(words)) {
      expect(phrase, word).not.toBe('');
      expect(names(phrase), word).toEqual(names(first[word] ?? ''));
    }
  },
);

test('no phrase stands in two areas', () => {
  const all = areas.flatMap((area) => Object.keys(wordsOf('zh-CN', area)));
  expect(all.filter((word, at) => all.indexOf(word) !== at)).toEqual([]);
});

test('no phrase is left that nobody says', () => {
  const source = Object.values(sources).join('\n');
  const all = areas.flatMap((area) => Object.keys(wordsOf('zh-CN', area)));
  const unsaid = all.filter((word) => !word.includes('.') && !new RegExp(`['"\`]${word}['"\`]`).test(source));
  const ofEvents = new Set([
    'joined',
    'left',
    'serviceCalled',
    'taken',
    'handedOver',
    'closed',
    'reopened',
    'muted',
    'unmuted',
  ]);
  expect(unsaid.filter((word) => !ofEvents.has(word))).toEqual([]);
});

test('a part of the page comes with its words, in whatever language is spoken by then', async () => {
  await speak('en');
  expect(await withWords('media', Promise.resolve('the part'))).toBe('the part');
  expect(t('download')).toBe('Download');
  await speak('zh-TW');
  expect(t('download')).toBe('下載');
  await speak('zh-CN');
});

test('what a refusal is called on screen exists for each refusal that a member can meet', () => {
  for (const name of Object.keys(refusals).filter((each) => /^(auth|ticket)\./.test(each)))
    expect(trouble, name).toHaveProperty([`refusal.${name}`]);
  expect(refusalWords('no.such')).toContain('no.such');
});

test('English counts', async () => {
  await speak('en');
  expect(t('memberCount', { n: 1 })).toBe('1 member');
  expect(t('memberCount', { n: 3 })).toBe('3 members');
  await speak('zh-CN');
  expect(t('memberCount', { n: 3 })).toBe('3 位成员');
});

test('what somebody is called cannot fill another blank', async () => {
  await speak('en');
  expect(t('recalled', { name: '{n} $& {name}' })).toBe('{n} $& {name} took back a message');
});

test('the address bar wins over the browser', () => {
  expect(pickLanguage(['en', 'zh-CN'])).toBe('en');
  expect(pickLanguage([null, 'fr-FR', 'zh-TW'])).toBe('zh-TW');
  expect(pickLanguage(['zh-Hant-HK'])).toBe('zh-TW');
  expect(pickLanguage(['zh-Hans-TW'])).toBe('zh-CN');
  expect(pickLanguage([undefined, 'en-GB', 'zh'])).toBe('en');
  expect(pickLanguage(['fr'])).toBe('zh-CN');
});
