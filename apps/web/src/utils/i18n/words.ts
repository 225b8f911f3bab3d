import type { cards } from './zh-CN/cards.ts';
import { core } from './zh-CN/core.ts';
import type { desk } from './zh-CN/desk.ts';
import type { editor } from './zh-CN/editor.ts';
import type { list } from './zh-CN/list.ts';
import type { media } from './zh-CN/media.ts';
import type { pages } from './zh-CN/pages.ts';

/**
 * The words of the pages, by language and by where they are needed: `core` comes with the first page, the others with
 * the parts that say them. The Chinese files are the ones that the others must agree with.
 */
export type Language = 'zh-CN' | 'zh-TW' | 'en';
export type Area = 'core' | 'list' | 'editor' | 'media' | 'cards' | 'desk' | 'pages';
type AllWords = typeof core & typeof list & typeof editor & typeof media & typeof cards & typeof desk & typeof pages;
export type Word = keyof AllWords;
export type Words = Readonly<Partial<Record<Word, string>>>;

/** What each language calls itself. */
export const languages: Readonly<Record<Language, string>> = {
  'zh-CN': '简体中文',
  'zh-TW': '繁體中文',
  en: 'English',
};

const files = import.meta.glob<Readonly<Record<string, Words>>>(['./{zh-CN,zh-TW,en}/*.ts', '!./zh-CN/core.ts']);

/** @throws when the file cannot be fetched */
export async function fetchWords(language: Language, area: Area): Promise<Words> {
  if (language === 'zh-CN' && area === 'core') return core;
  const found = await files[`./${language}/${area}.ts`]?.();
  return found?.[area] ?? {};
}

export { core as firstWords };
