import { computed, ref } from 'vue';

import { tabKeep } from '../storage.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

export const languages = { 'zh-CN': zh, en } as const;
export type Language = keyof typeof languages;
export type Words = Readonly<Record<keyof typeof zh, string>>;
export type Word = keyof Words;

/** `?lang=` first, then what was chosen in this tab, then the browser's wish. */
export function pickLanguage(asked: readonly (string | null | undefined)[]): Language {
  for (const tag of asked) {
    if (tag && /^zh\b/i.test(tag)) return 'zh-CN';
    if (tag && /^en\b/i.test(tag)) return 'en';
  }
  return 'zh-CN';
}

const language = ref<Language>(
  pickLanguage([new URLSearchParams(location.search).get('lang'), tabKeep.get('lang'), ...navigator.languages]),
);
const plural = computed(() => new Intl.PluralRules(language.value));

/** The language in use, as a tag for `Intl` and `<html lang>`. */
export const locale = computed(() => language.value);

export function speak(next: Language): void {
  language.value = next;
  tabKeep.set('lang', next);
}

/**
 * One phrase in the reader's language. `{name}` is filled in; `{n|one form|other form}` picks by number.
 * Reactive: a template that calls it follows a change of language.
 */
export function t(word: Word, given: Readonly<Record<string, string | number>> = {}): string {
  return (languages[language.value] as Words)[word].replaceAll(
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
