import { linkify } from '../../utils/links.ts';

/** One thing that the platform says of a customer, laid out for the side panel. */
export type Fact =
  | { kind: 'text'; name: string; text: string }
  | { kind: 'link'; name: string; text: string; href: string }
  | { kind: 'tags'; name: string; tags: string[] }
  | { kind: 'records'; name: string; records: Fact[][] };

/** A platform may say much; the panel shows what a person can take in. */
const MOST = 50;
const DEEPEST = 3;
const LONGEST = 500;

/**
 * Lays out whatever a platform wrote beside a user or a conversation. Total: nothing in it can break the panel, and
 * nothing of it is ever markup.
 */
export function factsOf(custom: Readonly<Record<string, unknown>>, depth = 1): Fact[] {
  return Object.entries(custom)
    .slice(0, MOST)
    .flatMap(([name, value]) => factOf(name, value, depth) ?? []);
}

const isWord = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value);

/** An address as it may be followed: http or https, and nothing but an address. */
function safeLink(text: string): string | undefined {
  const [piece, ...more] = linkify(text);
  return piece?.kind === 'link' && piece.text === text && more.length === 0 ? piece.href : undefined;
}

function factOf(name: string, value: unknown, depth: number): Fact | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (Array.isArray(value)) return ofList(name, value, depth);
  if (isWord(value)) return ofWord(name, `${value}`);
  if (typeof value !== 'object') return undefined;
  if (isLink(value)) return ofLink(value.title ?? name, value.url);
  if (depth >= DEEPEST) return { kind: 'text', name, text: shortened(JSON.stringify(value)) };
  const record = factsOf(value as Record<string, unknown>, depth + 1);
  return record.length > 0 ? { kind: 'records', name, records: [record] } : undefined;
}

function ofList(name: string, values: readonly unknown[], depth: number): Fact | undefined {
  const some = values.filter((value) => value !== null && value !== undefined && value !== '').slice(0, MOST);
  if (some.length === 0) return undefined;
  const tags = some.filter(isWord).map((value) => `${value}`);
  if (tags.length === some.length && tags.every((tag) => safeLink(tag) === undefined))
    return { kind: 'tags', name, tags: tags.map(shortened) };
  if (depth >= DEEPEST) return { kind: 'text', name, text: shortened(JSON.stringify(some)) };
  const records = some.map((value, at) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && !isLink(value)
      ? factsOf(value as Record<string, unknown>, depth + 1)
      : [factOf(String(at + 1), value, depth + 1)].filter((fact) => fact !== undefined),
  );
  return { kind: 'records', name, records: records.filter((record) => record.length > 0) };
}

const ofWord = (name: string, text: string): Fact => (safeLink(text) ? ofLink(name, text) : plain(name, text));

function ofLink(name: string, url: string): Fact {
  const href = safeLink(url);
  return href === undefined ? plain(name, url) : { kind: 'link', name, text: shortened(url), href };
}

const plain = (name: string, text: string): Fact => ({ kind: 'text', name, text: shortened(text) });

function isLink(value: object): value is { url: string; title?: string } {
  const { url, title, ...more } = value as { url?: unknown; title?: unknown };
  return (
    typeof url === 'string' && (title === undefined || typeof title === 'string') && Object.keys(more).length === 0
  );
}

const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
