import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import { expect, test } from 'vitest';

import { clientApi, demoApi, platformApi, type Api } from './api/index.ts';
import { hours, settings, span } from './api/settings.ts';
import { limitsInForce, member } from './api/shapes.ts';
import { afterClose, closeCodes } from './closeCodes.ts';
import { author, clientMsgId, message, urole, userId } from './fields.ts';
import { clientFrame, serverFrame } from './frames.ts';
import { fromFrame, offer, toFrame } from './host.ts';
import { limits } from './limits.ts';
import { goods, payload } from './payloads.ts';
import { refusals } from './refusals.ts';
import { retryOf } from './retries.ts';
import { schemaOf, type JsonSchema } from './schema.ts';
import type { Shape } from './shape.ts';
import { PROTOCOL_VERSION, SUBPROTOCOL } from './version.ts';

const GOLDEN = new URL('../protocol.golden.txt', import.meta.url);

/** The parts of a JSON Schema that shapes print. */
interface Printed {
  type?: string;
  enum?: string[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  minLength?: number;
  maxLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  items?: JsonSchema;
  maxItems?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean;
}

const range = (min = 0, max?: number) => (min > 0 || max !== undefined ? ` ${min}…${max ?? ''}` : '');

/** A schema in the words of PROTOCOL.md. */
function spell(schema: JsonSchema): string {
  const { type, enum: words, anyOf, items, additionalProperties, ...limit } = schema as Printed;
  if (anyOf) return anyOf.map(say).join(' or ');
  if (words) return words.join(' | ');
  if (type === 'string') {
    const like = limit.pattern === undefined ? '' : ` like ${limit.pattern.slice('^(?:'.length, -')$'.length)}`;
    return `text${range(limit.minLength, limit.maxLength)}${like}`;
  }
  if (type === 'integer') return `whole${range(limit.minimum, limit.maximum)}`;
  if (type === 'array') return `list${range(0, limit.maxItems)} of ${say(items ?? {})}`;
  if (type !== 'object') return String(type);
  if (additionalProperties) return 'any record';
  return `{ ${fieldsOf(schema)
    .map(([name, kind]) => `${name}: ${kind}`)
    .join(', ')} }`;
}

/** What has a name of its own, so that the page stays readable. */
const words = new Map<string, [string, JsonSchema]>(
  Object.entries({
    id: schemaOf(userId()),
    author: schemaOf(author()),
    key: schemaOf(clientMsgId()),
    role: schemaOf(urole()),
    refusal: { type: 'string', pattern: '^(?:[a-z]+\\.[a-z_]+)$' },
    message: schemaOf(message),
    member: schemaOf(member),
    payload: schemaOf(payload),
    offer: schemaOf(offer),
    limits: schemaOf(limitsInForce),
    span: schemaOf(span),
    hours: schemaOf(hours),
    settings: schemaOf(settings),
  }).map(([word, schema]) => [JSON.stringify(schema), [word, schema]]),
);

const say = (schema: JsonSchema): string => words.get(JSON.stringify(schema))?.[0] ?? spell(schema);

function fieldsOf(schema: JsonSchema): [string, string][] {
  const { required = [], properties = {} } = schema as Printed;
  return Object.entries(properties).map(([name, part]) => [required.includes(name) ? name : `${name}?`, say(part)]);
}

function union(title: string, tag: string, shape: Shape<unknown>): string[] {
  const variants = ((schemaOf(shape) as Printed).oneOf ?? []).flatMap((variant) => {
    const { [tag]: word, ...rest } = (variant as Printed).properties ?? {};
    const fields = fieldsOf({ ...variant, properties: rest }).map(([name, kind]) => `    ${name.padEnd(14)} ${kind}`);
    return [`  ${(word as Printed).enum?.join()}`, ...fields];
  });
  return [title, ...variants, ''];
}

function operations(title: string, api: Api): string[] {
  const lines = Object.entries(api).flatMap(([name, operation]) => {
    const part = (label: string, shape: Shape<unknown> | string | undefined) =>
      shape === undefined ? [] : [`    ${label.padEnd(7)} ${typeof shape === 'string' ? shape : say(schemaOf(shape))}`];
    return [
      `  ${operation.method} ${operation.path}   ${name}, for ${operation.auth}`,
      ...part('params', operation.params),
      ...part('query', operation.query),
      ...part('body', operation.body),
      ...part('data', operation.data),
    ];
  });
  return [title, ...lines, ''];
}

function printed(): string {
  return [
    'The protocol, printed from its tables. Do not edit: UPDATE_GOLDEN=1 npm run check -- unit',
    '',
    `version ${PROTOCOL_VERSION}, subprotocol ${SUBPROTOCOL}`,
    '',
    'words',
    ...[...words.values()]
      .filter(([word]) => !['refusal', 'payload', 'offer'].includes(word))
      .map(([word, schema]) => `  ${word.padEnd(10)} ${spell(schema)}`),
    '  refusal    a name of the table of refusals',
    '  payload    one of the payloads',
    `  offer      one of ${Object.keys(goods).join(', ')}`,
    '',
    ...union('client → server', 'op', clientFrame),
    ...union('server → client', 'op', serverFrame),
    'close codes',
    ...Object.entries(closeCodes).map(([name, { code }]) => `  ${code} ${name.padEnd(14)} ${afterClose(code)}`),
    '',
    'refusals',
    ...Object.entries(refusals).map(([name, { http }]) => `  ${name.padEnd(28)} ${http} ${retryOf(name)}`),
    '',
    'limits',
    ...Object.entries(limits).map(([name, value]) => `  ${name.padEnd(20)} ${value}`),
    '',
    ...union('payloads', 'type', payload),
    ...union('page → frame', 'action', toFrame),
    ...union('frame → page', 'action', fromFrame),
    ...operations('client API, below /api/v1', clientApi),
    ...operations('platform API, below /platform/v1', platformApi),
    ...operations('demo API, below /demo/v1', demoApi),
  ].join('\n');
}

test('the protocol is what protocol.golden.txt says: a change of it is a change that people see', () => {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, printed());
  const golden = existsSync(GOLDEN) ? readFileSync(GOLDEN, 'utf8') : '';
  expect(
    printed(),
    'The protocol changed. Can an older end still read it? If not, raise PROTOCOL_VERSION. Say it in PROTOCOL.md, ' +
      'then write the golden page anew: UPDATE_GOLDEN=1 npm run check -- unit',
  ).toBe(golden);
});
