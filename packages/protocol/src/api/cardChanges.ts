import { goods, questions } from '../payloads.ts';
import { Malformed, nullable, optional, record, type Fields, type Shape } from '../shape.ts';

/**
 * Of every kind of card, what may change; `null` takes away what a card need not have. Cards do not differ in what a
 * field of one name is: a test holds it.
 */
const changeable: Fields = Object.fromEntries(
  Object.values<Fields>({ ...goods, ...questions })
    .flatMap((fields) => Object.entries(fields))
    .filter(([field]) => field !== 'ref')
    .map(([field, shape]) => [field, optional(shape.isOptional ? nullable(shape) : shape)]),
);

/** Some fields of a card, in new words. Strict: who names a field that no card has is told so. */
export const cardChanges: Shape<Record<string, unknown>> = {
  kind: { is: 'record', fields: changeable },
  read(value, path) {
    const changes = record(changeable).read(value, path);
    const unknown = Object.keys(value as object).find((field) => !Object.hasOwn(changeable, field));
    if (unknown !== undefined)
      throw new Malformed(`${path}.${unknown}`, `a field of a card, which are ${Object.keys(changeable).join(', ')}`);
    if (Object.keys(changes).length === 0) throw new Malformed(path, 'at least one field of a card');
    return changes;
  },
};
