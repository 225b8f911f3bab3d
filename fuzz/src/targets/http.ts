import { randomBytes } from 'node:crypto';

import { ada, bo, cy } from '@trialogue/testkit';
import type { Random } from '@trialogue/testkit';

import { mutate, mutateValue } from '../mutate.ts';
import { resolve, wrongIn, type Schema } from '../schema.ts';
import { openShop } from '../shop.ts';
import { must, type Target } from '../target.ts';

interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required: boolean;
  schema: Schema;
}
interface Described {
  operationId: string;
  security: { token?: unknown; secret?: unknown }[];
  parameters: Parameter[];
  requestBody?: { content: Record<string, { schema?: Schema }> };
  responses: {
    200: { content: Record<string, { schema?: Schema }> };
    default: { content: Record<string, { schema?: Schema }> };
  };
}
interface Openapi extends Schema {
  paths: Record<string, Record<string, Described>>;
}

interface Asked {
  operationId: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  credential?: string;
  body?: string;
}

/** Ids that are there, so that not every request ends at the first door. */
const known = ['tea', 'ada', 'bo', 'cy', '1', '2', 'first', 'absent'];
const JSON_TYPE = 'application/json';

/** A value that the schema lets in. */
function valueOf(schema: Schema, random: Random, root: Schema): unknown {
  const {
    type,
    enum: words,
    $ref,
    oneOf,
    anyOf,
  } = schema as { enum?: unknown[]; oneOf?: Schema[]; anyOf?: Schema[] } & Schema;
  if (typeof $ref === 'string') return valueOf(resolve($ref, root), random, root);
  const choices = oneOf ?? anyOf;
  if (choices) return valueOf(random.pick(choices), random, root);
  if (words) return random.pick(words);
  if (type === 'string')
    return random.chance(0.7) ? random.pick(known) : randomBytes(random.between(1, 12)).toString('hex');
  if (type === 'integer')
    return random.between(Number(schema['minimum'] ?? 0), Math.min(Number(schema['maximum'] ?? 50), 1_000));
  if (type === 'number') return random.between(0, 1_000) / 10;
  if (type === 'boolean') return random.chance(0.5);
  if (type === 'null') return null;
  if (type === 'array')
    return Array.from({ length: random.between(0, 3) }, () => valueOf(schema['items'] as Schema, random, root));
  const required = (schema['required'] ?? []) as string[];
  return Object.fromEntries(
    Object.entries((schema['properties'] ?? {}) as Record<string, Schema>)
      .filter(([name]) => required.includes(name) || random.chance(0.6))
      .map(([name, field]) => [name, valueOf(field, random, root)]),
  );
}

/** Requests of every operation, right and nearly right: every answer is as `/openapi.json` describes it, and none is 5xx. */
export const http: Target = {
  name: 'http',
  title: 'a client asks it of a server, by its own description',
  times: { small: 300, full: 200_000 },
  async open(random) {
    const shop = await openShop();
    const root = (await (await fetch(`${shop.origin}/openapi.json`)).json()) as Openapi;
    const operations = Object.entries(root.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, described]) => ({ path, method: method.toUpperCase(), ...described })),
    );
    /** Credentials by the name that stands for them in an input: those of the next run are others. */
    const tokens: Record<string, string> = { 'the secret': shop.appSecret };
    for (const { userId } of [ada, bo, cy]) tokens[`token of ${userId}`] = await shop.tokenOf(userId);
    const secretOf = (credential: string) => (Object.hasOwn(tokens, credential) ? tokens[credential] : credential);
    /** These end what the others need; they are asked without their credential. */
    const endings: ReadonlySet<string> = new Set(['logout', 'revokeTokens']);
    let asked = 0;

    const textOf = ({ schema }: Parameter): string => {
      const text = String(valueOf(schema, random, root));
      return random.chance(0.2) ? mutate(text, random, known).slice(0, 2_000) : text;
    };
    const credentialOf = ({ security, operationId }: Described): string | undefined => {
      if (random.chance(0.05)) return undefined;
      if (random.chance(0.05))
        return mutate('eyJhbGciOiJIUzI1NiJ9.e30.AAAA', random)
          .replaceAll(/[^\x21-\x7e]/g, '.')
          .slice(0, 5_000);
      const [needs] = security;
      if (endings.has(operationId)) return 'x';
      return needs && 'secret' in needs
        ? 'the secret'
        : random.pick([ada, bo, cy].map(({ userId }) => `token of ${userId}`));
    };
    const bodyOf = ({ requestBody }: Described): { type: string; text: string } | undefined => {
      const schema = requestBody?.content[JSON_TYPE]?.schema;
      if (!schema)
        return random.chance(0.1) || requestBody
          ? { type: random.pick(odds), text: 'x'.repeat(random.between(0, 500)) }
          : undefined;
      const value = valueOf(schema, random, root);
      const text = JSON.stringify(random.chance(0.4) ? mutateValue(value, random) : value);
      return {
        type: random.chance(0.97) ? JSON_TYPE : random.pick(odds),
        text: random.chance(0.05) ? mutate(text, random) : text,
      };
    };

    return {
      seeds: [],
      make() {
        const operation = random.pick(operations);
        const query = new URLSearchParams();
        const headers: Record<string, string> = {};
        let path = operation.path;
        for (const parameter of operation.parameters) {
          if (!parameter.required && random.chance(0.4)) continue;
          const text = textOf(parameter);
          if (parameter.in === 'path')
            path = path.replace(`{${parameter.name}}`, encodeURIComponent(text.toWellFormed()));
          else if (parameter.in === 'query') query.append(parameter.name, text);
          else headers[parameter.name] = text.replaceAll(/[^\x20-\x7e]/g, '.').trim();
        }
        const odd = random.chance(0.1)
          ? mutate(query.toString(), random, ['keyword=tea&page=1', 'after=0&limit=5'])
          : '';
        const search =
          odd === '' ? query.toString() : encodeURI(odd.toWellFormed().slice(0, 2_000)).replaceAll('#', '%23');
        const { method, operationId } = operation;
        const credential = credentialOf(operation);
        const body = method === 'GET' ? undefined : bodyOf(operation);
        return JSON.stringify({
          operationId,
          method,
          path: `${path}${search === '' ? '' : `?${search}`}`,
          headers: { ...headers, ...(body && { 'content-type': body.type }) },
          ...(credential !== undefined && { credential }),
          ...(body && { body: body.text }),
        } satisfies Asked);
      },
      async take(input) {
        const { operationId, method, path, headers, credential, body } = JSON.parse(input) as Asked;
        const operation = operations.find((each) => each.operationId === operationId);
        const answer = await fetch(`${shop.origin}${path}`, {
          method,
          redirect: 'manual',
          headers: { ...headers, ...(credential !== undefined && { authorization: `Bearer ${secretOf(credential)}` }) },
          ...(body !== undefined && { body }),
          signal: AbortSignal.timeout(20_000),
        });
        const text = await answer.text();
        const what = `${method} ${path} ${body?.slice(0, 300) ?? ''}`;
        must(answer.status < 500, `HTTP ${answer.status} to ${what}: ${text.slice(0, 300)}`);
        if ((answer.headers.get('content-type') ?? '').startsWith(JSON_TYPE)) {
          const said = JSON.parse(text) as { code?: unknown };
          // A path with an odd piece may be another page's, or nobody's.
          const described = said.code === 0 ? operation?.responses[200].content : operation?.responses.default.content;
          const schema = described?.[JSON_TYPE]?.schema;
          const wrong = schema && wrongIn(said, schema, root);
          must(wrong === undefined, `the answer to ${what} is not as described: ${wrong}: ${text.slice(0, 300)}`);
        }
        if (++asked % 50 === 0) await shop.restore();
        if (asked % 200 === 0) await shop.neighboursTalk();
      },
      async end() {
        await shop.mustBeWell();
      },
      close: shop.close,
    };
  },
};
const odds = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  'application/json; charset=utf-16',
];
