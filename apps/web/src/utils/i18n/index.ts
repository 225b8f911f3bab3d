import { computed, ref, shallowRef } from 'vue';

import { tabKeep } from '../storage.ts';
import { fetchWords, firstWords, languages, type Area, type Language, type Word, type Words } from './words.ts';

export { languages, type Area, type Language, type Word };

/** `?lang=` first, then what was chosen in this tab, then the browser's wish. */
export function pickLanguage(asked: readonly (string | null | undefined)[]): Language {
  for (const tag of asked) {
    if (tag && /^zh-(hant|tw|hk|mo)\b/i.test(tag)) return 'zh-TW';
    if (tag && /^zh\b/i.test(tag)) return 'zh-CN';
    if (tag && /^en\b/i.test(tag)) return 'en';
  }
  return 'zh-CN';
}

const language = ref<Language>('zh-CN');
const words = shallowRef<Words>(firstWords);
const plural = computed(() => new Intl.PluralRules(language.value));
/** What is on screen or was. All of it follows a change of language. */
const areas = new Set<Area>(['core']);

/** The language in use, as a tag for `Intl` and `<html lang>`. */
export const locale = computed(() => language.value);

let wanted: Language = 'zh-CN';
/** Once the words are here. Where they cannot be fetched, the language stays as it is. */
async function turnTo(next: Language): Promise<void> {
  wanted = next;
  try {
    const found = await Promise.all([...areas].map((area) => fetchWords(next, area)));
    // Another one was chosen meanwhile.
    if (wanted !== next) return;
    words.value = Object.assign({}, ...found) as Words;
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
 * A part of the page together with its words, for `defineAsyncComponent` and lazy routes:
 * `() => withWords('cards', import('./CardBody.vue'))`.
 */
export async function withWords<Part>(area: Area, part: Promise<Part>): Promise<Part> {
  areas.add(area);
  await wordsReady;
  const spoken = language.value;
  const found = await fetchWords(spoken, area);
  // The language was changed meanwhile: that has fetched this area too.
  if (spoken === language.value) words.value = { ...words.value, ...found };
  return part;
}

/**
 * One phrase in the reader's language. `{name}` is filled in; `{n|one form|other form}` picks by number.
 * Reactive: a template that calls it follows a change of language.
 */
export function t(word: Word, given: Readonly<Record<string, string | number>> = {}): string {
  return (words.value[word] ?? '').replaceAll(
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
  return word in firstWords ? t(word as Word) : t('refusal.other', { error });
}
