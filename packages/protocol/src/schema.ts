import type { Kind } from './kind.ts';
import { oneOf, record, type Shape } from './shape.ts';

/** For those who read, not for those who check: no client carries this with it. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** The JSON Schema of what a shape lets in. */
export const schemaOf = ({ kind }: Shape<unknown>): JsonSchema => print(kind);

function print(kind: Kind): JsonSchema {
  switch (kind.is) {
    case 'text': {
      const { min, max, pattern } = kind;
      return {
        type: 'string',
        ...(min > 0 && { minLength: min }),
        ...(max !== undefined && { maxLength: max }),
        ...(pattern !== undefined && { pattern: `^(?:${pattern})$` }),
      };
    }
    case 'whole': {
      const { min, max } = kind;
      return { type: 'integer', minimum: min, ...(max < Number.MAX_SAFE_INTEGER && { maximum: max }) };
    }
    case 'decimal':
      return { type: 'number' };
    case 'flag':
      return { type: 'boolean' };
    case 'oneOf':
      return { type: 'string', enum: kind.words };
    case 'nothing':
      return { type: 'null' };
    case 'nullable':
      return { anyOf: [schemaOf(kind.of), { type: 'null' }] };
    case 'list':
      return { type: 'array', items: schemaOf(kind.of), ...(kind.max !== undefined && { maxItems: kind.max }) };
    case 'anyRecord':
      return { type: 'object', additionalProperties: true };
    case 'record': {
      const fields = Object.entries(kind.fields);
      return {
        type: 'object',
        properties: Object.fromEntries(fields.map(([name, shape]) => [name, schemaOf(shape)])),
        required: fields.flatMap(([name, { isOptional }]) => (isOptional ? [] : [name])),
      };
    }
    case 'tagged':
      return {
        oneOf: [...kind.variants].map(([word, { fields }]) => schemaOf(record({ [kind.tag]: oneOf(word), ...fields }))),
      };
  }
}
