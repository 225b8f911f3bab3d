import { tabKeep } from '../storage.ts';
import type { cards } from './zh-CN/cards.ts';
import type { core } from './zh-CN/core.ts';
import type { desk } from './zh-CN/desk.ts';
import type { editor } from './zh-CN/editor.ts';
import type { list } from './zh-CN/list.ts';
import type { media } from './zh-CN/media.ts';
import type { moderation } from './zh-CN/moderation.ts';
import type { pages } from './zh-CN/pages.ts';
import type { trouble } from './zh-CN/trouble.ts';

/**
 * The words of the pages, by language and by where they are needed: `core` comes with the first page, `trouble`
 * right after it, the others with the parts that say them. The Chinese files are the ones that the others must agree with.
 */
export type Language = 'zh-CN' | 'zh-TW' | 'en';
export type Area = 'core' | 'trouble' | 'list' | 'editor' | 'media' | 'cards' | 'desk' | 'pages' | 'moderation';
type AllWords = typeof core &
  typeof trouble &
  typeof list &
  typeof editor &
  typeof media &
  typeof cards &
  typeof desk &
  typeof moderation &
  typeof pages;
export type Word = keyof AllWords;
export type Words = Readonly<Partial<Record<Word, string>>>;

/** What each language calls itself. */
export const languages: Readonly<Record<Language, string>> = {
  'zh-CN': '简体中文',
  'zh-TW': '繁體中文',
  en: 'English',
};

const files = import.meta.glob<Readonly<Record<string, Words>>>('./{zh-CN,zh-TW,en}/*.ts');

/** @throws when the file cannot be fetched */
export async function fetchWords(language: Language, area: Area): Promise<Words> {
  const found = await files[`./${language}/${area}.ts`]?.();
  return found?.[area] ?? {};
}

/** `?lang=` first, then what was chosen in this tab, then the browser's wish. */
export function pickLanguage(asked: readonly (string | null | undefined)[]): Language {
  for (const tag of asked) {
    if (tag && /^zh-(hant|tw|hk|mo)\b/i.test(tag)) return 'zh-TW';
    if (tag && /^zh\b/i.test(tag)) return 'zh-CN';
    if (tag && /^en\b/i.test(tag)) return 'en';
  }
  return 'zh-CN';
}

/** What this page begins with. Its words are asked for as soon as this file is here: before the program that says them. */
export const firstLanguage = pickLanguage([
  new URLSearchParams(location.search).get('lang'),
  tabKeep.get('lang'),
  ...navigator.languages,
]);
export const firstWords = fetchWords(firstLanguage, 'core');
// Who waits for them hears of it.
firstWords.catch(() => undefined);
