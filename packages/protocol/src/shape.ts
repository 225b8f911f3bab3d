import { letsIn, type Kind } from './kind.ts';

/**
 * Shapes: one description of a value gives its type, its run-time check and, in schema.ts, its JSON Schema.
 *
 * The crunchy shell of both ends: odd input stops here with a path (`frame.seq: expected whole number`),
 * unknown fields are dropped so that old and new can talk, and only own properties are ever read.
 */
export interface Shape<T> {
  /** @throws {Malformed} when `value` is not of this shape; `path` names the place. */
  read(value: unknown, path: string): T;
  /** For those who read, not for those who check: what browsers load does not carry it. */
  readonly kind: Kind;
  readonly isOptional?: boolean;
}

/** What a shape reads into. */
export type Of<S> = S extends Shape<infer T> ? T : never;

/** Input that is not of the expected shape. */
export class Malformed extends Error {
  readonly path: string;

  constructor(path: string, expected: string) {
    super(`${path}: expected ${expected}`);
    this.name = 'Malformed';
    this.path = path;
  }
}

export interface TextLimits {
  /** Shortest, in UTF-16 code units. */
  min?: number;
  /** Longest, in UTF-16 code units. */
  max?: number;
  /** Source of a regular expression that the whole text must match. */
  pattern?: string;
}

/** A shape of one value, told by a question. */
const plain = <T>(kind: Kind, expected: string, isGood: (value: unknown) => boolean): Shape<T> => ({
  ...letsIn(kind),
  read(value, path) {
    if (!isGood(value)) throw new Malformed(path, expected);
    return value as T;
  },
});

// The marks below say that a shape which nobody reads with may be left out of a bundle.

/* @__NO_SIDE_EFFECTS__ */
export function text<T extends string = string>({ min = 0, max, pattern }: TextLimits = {}): Shape<T> {
  const whole = new RegExp(`^(?:${pattern ?? '[^]*'})$`, 'u');
  return {
    ...letsIn({ is: 'text', min, max, pattern }),
    read(value, path) {
      if (typeof value !== 'string') throw new Malformed(path, 'text');
      if (value.length < min || value.length > (max ?? Infinity))
        throw new Malformed(path, `text of ${min}–${max ?? '∞'} characters`);
      if (!whole.test(value)) throw new Malformed(path, `text like ${pattern}`);
      return value as T;
    },
  };
}

/* @__NO_SIDE_EFFECTS__ */
export function whole({ min = 0, max = Number.MAX_SAFE_INTEGER }: { min?: number; max?: number } = {}): Shape<number> {
  return {
    ...letsIn({ is: 'whole', min, max }),
    read(value, path) {
      if (!Number.isSafeInteger(value)) throw new Malformed(path, 'whole number');
      const number = value as number;
      if (number < min || number > max) throw new Malformed(path, `whole number from ${min} to ${max}`);
      // JSON has a -0 too; it is 0, and reads as 0 again.
      return number + 0;
    },
  };
}

/** A number with a fraction: an amount, a duration in seconds. */
/* @__NO_SIDE_EFFECTS__ */
export const decimal = (): Shape<number> => plain({ is: 'decimal' }, 'number', Number.isFinite);

/* @__NO_SIDE_EFFECTS__ */
export const flag = (): Shape<boolean> => plain({ is: 'flag' }, 'true or false', (value) => typeof value === 'boolean');

/* @__NO_SIDE_EFFECTS__ */
export const oneOf = <const T extends string>(...words: readonly T[]): Shape<T> =>
  plain({ is: 'oneOf', words }, `one of ${words.join(', ')}`, (value) => words.includes(value as T));

/* @__NO_SIDE_EFFECTS__ */
export const nothing = (): Shape<null> => plain({ is: 'nothing' }, 'null', (value) => value === null);

/* @__NO_SIDE_EFFECTS__ */
export const nullable = <T>(of: Shape<T>): Shape<T | null> => ({
  ...letsIn({ is: 'nullable', of }),
  read: (value, path) => (value === null ? null : of.read(value, path)),
});

/* @__NO_SIDE_EFFECTS__ */
export const list = <T>(of: Shape<T>, { max }: { max?: number } = {}): Shape<T[]> => ({
  ...letsIn({ is: 'list', of, max }),
  read(value, path) {
    if (!Array.isArray(value)) throw new Malformed(path, 'list');
    if (max !== undefined && value.length > max) throw new Malformed(path, `list of at most ${max}`);
    return value.map((item, at) => of.read(item, `${path}[${at}]`));
  },
});

/** Levels of lists and records in {@link anyRecord}: far deeper ones overflow the stack of whoever prints them again. */
const DEEPEST = 8;

/** Any JSON object, kept as it is: the platform's own data, which we carry and never read. */
/* @__NO_SIDE_EFFECTS__ */
export const anyRecord = (): Shape<Record<string, unknown>> => ({
  ...letsIn({ is: 'anyRecord' }),
  read(value, path) {
    const given = asRecord(value, path);
    if (isDeeper(given, DEEPEST)) throw new Malformed(path, `record of at most ${DEEPEST} levels`);
    return given;
  },
});

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1));
}

export interface OptionalShape<T> extends Shape<T> {
  readonly isOptional: true;
}

/* @__NO_SIDE_EFFECTS__ */
export const optional = <T>(of: Shape<T>): OptionalShape<T> => ({ ...of, isOptional: true });

export type Fields = Record<string, Shape<unknown>>;
type OptionalNames<F extends Fields> = { [K in keyof F]: F[K] extends OptionalShape<unknown> ? K : never }[keyof F];
type Flat<T> = { [K in keyof T]: T[K] };
export type RecordOf<F extends Fields> = Flat<
  { [K in Exclude<keyof F, OptionalNames<F>>]: Of<F[K]> } & { [K in OptionalNames<F>]?: Of<F[K]> }
>;

export interface RecordShape<F extends Fields> extends Shape<RecordOf<F>> {
  readonly fields: F;
}

/* @__NO_SIDE_EFFECTS__ */
export function record<F extends Fields>(fields: F): RecordShape<F> {
  const names = Object.keys(fields);
  return {
    fields,
    ...letsIn({ is: 'record', fields }),
    read(value, path) {
      const given = asRecord(value, path);
      const kept: Record<string, unknown> = {};
      for (const name of names) {
        const shape = fields[name] as Shape<unknown>;
        const field = Object.hasOwn(given, name) ? given[name] : undefined;
        if (field === undefined && shape.isOptional) continue;
        kept[name] = shape.read(field, `${path}.${name}`);
      }
      return kept as RecordOf<F>;
    },
  };
}

export type Variants = Record<string, Fields>;
export type TaggedOf<Tag extends string, V extends Variants> = {
  [K in keyof V & string]: Flat<{ [T in Tag]: K } & RecordOf<V[K]>>;
}[keyof V & string];

/** A union told apart by the word under `tag`. */
/* @__NO_SIDE_EFFECTS__ */
export function tagged<const Tag extends string, V extends Variants>(tag: Tag, variants: V): Shape<TaggedOf<Tag, V>> {
  const shapes = new Map(Object.entries(variants).map(([word, fields]) => [word, record(fields)]));
  return {
    ...letsIn({ is: 'tagged', tag, variants: shapes }),
    read(value, path) {
      const given = asRecord(value, path);
      const word = Object.hasOwn(given, tag) ? (given[tag] as string) : '';
      const shape = shapes.get(word);
      if (!shape) throw new Malformed(`${path}.${tag}`, `one of ${[...shapes.keys()].join(', ')}`);
      // Put in and not spread: every frame comes through here, and what is spread behind something else is copied slowly.
      return Object.assign(shape.read(given, path), { [tag]: word }) as TaggedOf<Tag, V>;
    },
  };
}

function asRecord(value: unknown, path: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Malformed(path, 'record');
  return value as Record<string, unknown>;
}
