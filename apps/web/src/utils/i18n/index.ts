import { computed, ref, shallowRef } from 'vue';

import { tabKeep } from '../storage.ts';
import {
  fetchWords,
  firstLanguage,
  firstWords,
  languages,
  type Area,
  type Language,
  type Word,
  type Words,
} from './words.ts';

export { languages, type Area, type Language, type Word };

const language = ref<Language>(firstLanguage);
const words = shallowRef<Words>({});
const plural = computed(() => new Intl.PluralRules(language.value));
/** What is on screen or was. All of it follows a change of language. */
const areas = new Set<Area>(['core']);

/** The language in use, as a tag for `Intl` and `<html lang>`. */
export const locale = computed(() => language.value);

let wanted: Language = firstLanguage;
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

/**
 * The reader's language is there.
 *
 * @throws when its words could not be fetched
 */
export const wordsReady = firstWords.then((found) => void (words.value = { ...found, ...words.value }));
// Who waits for them hears of it.
wordsReady.catch(() => undefined);

/** @throws when they cannot be fetched */
async function addWords(area: Area): Promise<void> {
  areas.add(area);
  await wordsReady;
  const spoken = language.value;
  const found = await fetchWords(spoken, area);
  // The language was changed meanwhile: that has fetched this area too.
  if (spoken === language.value) words.value = { ...words.value, ...found };
}

/**
 * A part of the page together with its words, for `later` and lazy routes:
 * `() => withWords('cards', import('./CardBody.vue'))`.
 */
export async function withWords<Part>(area: Area, part: Promise<Part>): Promise<Part> {
  const [found] = await Promise.all([part, addWords(area)]);
  return found;
}

/** The words are there, or cannot be had now. */
export async function tryWords(area: Area): Promise<void> {
  try {
    await addWords(area);
  } catch {
    areas.delete(area);
  }
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

/** Words for a refusal of the server, else for any failure. They come soon after the first page; who is earlier sends for them. */
export function refusalWords(error: string): string {
  const word = `refusal.${error}` as Word;
  if (words.value[word]) return t(word);
  if (!areas.has('trouble')) void tryWords('trouble');
  return t('refusal.other', { error });
}
