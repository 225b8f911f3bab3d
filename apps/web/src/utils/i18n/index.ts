import { computed, ref, shallowRef } from 'vue';

import { tabKeep } from '../storage.ts';
import { zh } from './zh.ts';

export type Words = Readonly<Record<keyof typeof zh, string>>;
export type Language = 'zh-CN' | 'en';

/** The words of each language. Only one comes with the page; who reads another fetches it. */
export const languages: Readonly<Record<Language, () => Words | Promise<Words>>> = {
  'zh-CN': () => zh,
  en: async () => (await import('./en.ts')).en,
};
export type Word = keyof Words;

/** `?lang=` first, then what was chosen in this tab, then the browser's wish. */
export function pickLanguage(asked: readonly (string | null | undefined)[]): Language {
  for (const tag of asked) {
    if (tag && /^zh\b/i.test(tag)) return 'zh-CN';
    if (tag && /^en\b/i.test(tag)) return 'en';
  }
  return 'zh-CN';
}

const language = ref<Language>('zh-CN');
const words = shallowRef<Words>(zh);
const plural = computed(() => new Intl.PluralRules(language.value));

/** The language in use, as a tag for `Intl` and `<html lang>`. */
export const locale = computed(() => language.value);

let wanted: Language = 'zh-CN';
/** Once the words are here. Where they cannot be fetched, the language stays as it is. */
async function turnTo(next: Language): Promise<void> {
  wanted = next;
  try {
    const found = await languages[next]();
    // Another one was chosen meanwhile.
    if (wanted !== next) return;
    words.value = found;
    language.value = next;
  } catch {
    // Readable words of another language are better than an empty page.
  }
}

export function speak(next: Language): Promise<void> {
  tabKeep.set('lang', next);
  return turnTo(next);
}

/** The reader's language is there. */
export const wordsReady = turnTo(
  pickLanguage([new URLSearchParams(location.search).get('lang'), tabKeep.get('lang'), ...navigator.languages]),
);

/**
 * One phrase in the reader's language. `{name}` is filled in; `{n|one form|other form}` picks by number.
 * Reactive: a template that calls it follows a change of language.
 */
export function t(word: Word, given: Readonly<Record<string, string | number>> = {}): string {
  return words.value[word].replaceAll(
    /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g,
    (_, name: string, one?: string, other?: string) => {
      const value = given[name] ?? '';
      if (one === undefined || other === undefined) return String(value);
      return plural.value.select(Number(value)) === 'one' ? one : other;
    },
  );
}

/** Words for a refusal of the server, else for any failure. */
export function refusalWords(error: string): string {
  const word = `refusal.${error}`;
  return word in zh ? t(word as Word) : t('refusal.other', { error });
}
