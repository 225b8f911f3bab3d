import type { Fields, RecordShape, Shape } from './shape.ts';

/** What a shape lets in, as data. */
export type Kind =
  | { is: 'text'; min: number; max: number | undefined; pattern: string | undefined }
  | { is: 'whole'; min: number; max: number }
  | { is: 'decimal' | 'flag' | 'nothing' | 'anyRecord' }
  | { is: 'oneOf'; words: readonly string[] }
  | { is: 'nullable'; of: Shape<unknown> }
  | { is: 'list'; of: Shape<unknown>; max: number | undefined }
  | { is: 'record'; fields: Fields }
  | { is: 'tagged'; tag: string; variants: ReadonlyMap<string, RecordShape<Fields>> };

/** The part of a shape that says what it lets in. */
export const letsIn = (kind: Kind): { kind: Kind } => ({ kind });
