import { refusals } from '@trialogue/protocol';
import { expect, test } from 'vitest';

import { en } from './en.ts';
import { pickLanguage, refusalWords, speak, t, type Word } from './index.ts';
import { zh } from './zh.ts';

const sources = import.meta.glob<string>(['../../**/*.{vue,ts}', '!../../**/*.test.ts', '!./*.ts'], {
  query: '?raw',
  import: 'default',
  eager: true,
});
const words = Object.keys(zh) as Word[];
const names = (phrase: string) => new Set([...phrase.matchAll(/\{(\w+)/g)].map(([, name]) => name));

test('every phrase is there in both languages, with the same blanks to fill', () => {
  expect(Object.keys(en).sort()).toEqual([...words].sort());
  for (const word of words) {
    expect(zh[word], word).not.toBe('');
    expect(en[word], word).not.toBe('');
    expect(names(en[word]), word).toEqual(names(zh[word]));
  }
});

test('no phrase is left that nobody says', () => {
  const source = Object.values(sources).join('\n');
  const unsaid = words.filter((word) => !word.includes('.') && !new RegExp(`['"\`]${word}['"\`]`).test(source));
  expect(unsaid.filter((word) => !['joined', 'left'].includes(word))).toEqual([]);
});

test('what a refusal is called on screen exists for each refusal that a member can meet', () => {
  for (const name of Object.keys(refusals).filter((each) => /^(auth|ticket)\./.test(each)))
    expect(zh, name).toHaveProperty([`refusal.${name}`]);
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
  expect(pickLanguage([null, 'fr-FR', 'zh-TW'])).toBe('zh-CN');
  expect(pickLanguage([undefined, 'en-GB', 'zh'])).toBe('en');
  expect(pickLanguage(['fr'])).toBe('zh-CN');
});
