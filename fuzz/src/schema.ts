/** As much of JSON Schema as `/openapi.json` is written in. */
export type Schema = { readonly [keyword: string]: unknown };

type Check = (wanted: never, value: unknown, schema: Schema, root: Schema) => string | undefined;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const types: Record<string, (value: unknown) => boolean> = {
  object: isRecord,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  null: (value) => value === null,
};

const checks: Record<string, Check> = {
  type: (type: string, value) => (types[type]?.(value) ? undefined : `is not of type ${type}`),
  const: (wanted: unknown, value) => (value === wanted ? undefined : `is not ${JSON.stringify(wanted)}`),
  enum: (words: readonly unknown[], value) => (words.includes(value) ? undefined : `is none of ${words.join(', ')}`),
  minimum: (least: number, value) => (typeof value === 'number' && value < least ? `is below ${least}` : undefined),
  maximum: (most: number, value) => (typeof value === 'number' && value > most ? `is above ${most}` : undefined),
  minLength: (least: number, value) =>
    typeof value === 'string' && value.length < least ? `is shorter than ${least}` : undefined,
  maxLength: (most: number, value) =>
    typeof value === 'string' && value.length > most ? `is longer than ${most}` : undefined,
  maxItems: (most: number, value) =>
    Array.isArray(value) && value.length > most ? `has more than ${most} items` : undefined,
  pattern: (source: string, value) =>
    typeof value === 'string' && !new RegExp(source, 'u').test(value) ? `is not like ${source}` : undefined,
  required: (names: readonly string[], value) => {
    const missing = isRecord(value) ? names.find((name) => !Object.hasOwn(value, name)) : undefined;
    return missing === undefined ? undefined : `lacks ${missing}`;
  },
  properties: (fields: Record<string, Schema>, value, _, root) => {
    if (!isRecord(value)) return undefined;
    for (const [name, schema] of Object.entries(fields)) {
      const wrong = Object.hasOwn(value, name) ? wrongIn(value[name], schema, root) : undefined;
      if (wrong !== undefined) return `.${name}${wrong.startsWith('.') || wrong.startsWith('[') ? '' : ' '}${wrong}`;
    }
    return undefined;
  },
  items: (schema: Schema, value, _, root) => {
    for (const [at, item] of Array.isArray(value) ? value.entries() : []) {
      const wrong = wrongIn(item, schema, root);
      if (wrong !== undefined) return `[${at}] ${wrong}`;
    }
    return undefined;
  },
  oneOf: (schemas: readonly Schema[], value, _, root) => {
    const wrongs = schemas.map((schema) => wrongIn(value, schema, root));
    const fit = wrongs.filter((wrong) => wrong === undefined).length;
    return fit === 1 ? undefined : `fits ${fit} of ${schemas.length}: ${wrongs.join('; ')}`;
  },
  anyOf: (schemas: readonly Schema[], value, _, root) => {
    const wrongs = schemas.map((schema) => wrongIn(value, schema, root));
    return wrongs.includes(undefined) ? undefined : `fits none: ${wrongs.join('; ')}`;
  },
  $ref: (path: string, value, _, root) => wrongIn(value, resolve(path, root), root),
};
/** Says nothing about the value. */
const silent: ReadonlySet<string> = new Set(['description', 'contentMediaType', 'additionalProperties']);

export function resolve(path: string, root: Schema): Schema {
  let found: unknown = root;
  for (const name of path.split('/').slice(1)) found = isRecord(found) ? found[name] : undefined;
  if (!isRecord(found)) throw new Error(`There is no ${path}.`);
  return found;
}

/**
 * What is wrong with a value, and where; undefined: nothing.
 * @throws {Error} for a keyword that is not known here: what is not checked must not pass for good.
 */
export function wrongIn(value: unknown, schema: Schema, root: Schema): string | undefined {
  for (const [keyword, wanted] of Object.entries(schema)) {
    if (silent.has(keyword)) continue;
    const check = Object.hasOwn(checks, keyword) ? checks[keyword] : undefined;
    if (!check) throw new Error(`The keyword ${keyword} is not known here.`);
    const wrong = check(wanted as never, value, schema, root);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
