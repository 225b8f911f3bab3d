import { randomBytes } from 'node:crypto';

import { seal } from '@trialogue/crypto';
import { id, type AppId, type DlgId, type UserId } from '@trialogue/protocol';
import { signTicket } from '@trialogue/server/core';
import { ada, bo, cy } from '@trialogue/testkit';
import type { Random } from '@trialogue/testkit';

import { mutate, mutateValue } from '../mutate.ts';
import { resolve, wrongIn, type Schema } from '../schema.ts';
import { openShop, REQUEST_MS } from '../shop.ts';
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
/** Ids that a client gives its messages. */
const clientMsgIds = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6', 'm7', 'm8'];
/** What is another one in the next run, or after the next removal, stands in an input by its name. */
const SEALED = /the words of (ada|bo|cy) as (m\d)/g;
const LATEST = /the-latest-(fileId|uploadId|reportId|seq)/g;
const TICKET = 'the ticket of ada';
const REFRESH = 'the refresh token of ada';
const TICKET_LASTS_MS = 60 * 60_000;

/** A value that the schema lets in. Of fields that go together, `named` knows good ones. */
function valueOf(schema: Schema, random: Random, root: Schema, named: Record<string, unknown> = {}): unknown {
  const {
    type,
    enum: words,
    $ref,
    oneOf,
    anyOf,
  } = schema as { enum?: unknown[]; oneOf?: Schema[]; anyOf?: Schema[] } & Schema;
  if (typeof $ref === 'string') return valueOf(resolve($ref, root), random, root, named);
  const choices = oneOf ?? anyOf;
  if (choices) return valueOf(random.pick(choices), random, root, named);
  if (words) return random.pick(words);
  if (type === 'string')
    return random.chance(0.7) ? random.pick(known) : randomBytes(random.between(1, 12)).toString('hex');
  if (type === 'integer')
    return random.between(Number(schema['minimum'] ?? 0), Math.min(Number(schema['maximum'] ?? 50), 1_000));
  if (type === 'number') return random.between(0, 1_000) / 10;
  if (type === 'boolean') return random.chance(0.5);
  if (type === 'null') return null;
  if (type === 'array')
    return Array.from({ length: random.between(0, 3) }, () => valueOf(schema['items'] as Schema, random, root, named));
  const required = (schema['required'] ?? []) as string[];
  return Object.fromEntries(
    Object.entries((schema['properties'] ?? {}) as Record<string, Schema>)
      .filter(([name]) => required.includes(name) || random.chance(0.6))
      .map(([name, field]) => [
        name,
        Object.hasOwn(named, name) && random.chance(0.7) ? named[name] : valueOf(field, random, root, named),
      ]),
  );
}

/** Requests of every operation, right and nearly right: every answer is as `/openapi.json` describes it, and none is 5xx. */
export const http: Target = {
  name: 'http',
  title: 'a client asks it of a server, by its own description',
  times: { small: 300, full: 200_000 },
  async open(random, reach) {
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
    let refreshToken = '';
    /** Ids that the server has given last. */
    const latest: Record<string, string> = { seq: '1', fileId: 'absent', uploadId: 'absent', reportId: 'absent' };
    let { dlgKey } = shop;
    const ticketOfAda = () =>
      signTicket(
        {
          appId: id<AppId>('shop'),
          userId: id<UserId>('ada'),
          dlgId: id<DlgId>(shop.groupId),
          expiresAt: Date.now() + TICKET_LASTS_MS,
        },
        Buffer.from(shop.appSecret),
        { now: () => Date.now() },
      );
    const sealedBy = (fromuid: string, clientMsgId: string) =>
      seal('{"type":"text","text":"odd"}', { dlgId: shop.groupId, dlgKey, fromuid, clientMsgId });
    const filledIn = async (text: string): Promise<string> => {
      const withTicket = text.includes(TICKET) ? text.replaceAll(TICKET, await ticketOfAda()) : text;
      return withTicket
        .replaceAll(REFRESH, refreshToken)
        .replaceAll(SEALED, (_, fromuid: string, clientMsgId: string) => sealedBy(fromuid, clientMsgId))
        .replaceAll(LATEST, (_, name: string) => latest[name] ?? '1');
    };
    const remember = (data: unknown): void => {
      if (typeof data !== 'object' || data === null) return;
      for (const [name, value] of Object.entries(data)) {
        if (Object.hasOwn(latest, name)) latest[name] = String(value);
        if (name === 'dlgKey' && typeof value === 'string') dlgKey = value;
        if (name === 'refreshToken' && typeof value === 'string') refreshToken = value;
      }
    };
    /** What leads somewhere, for parameters and fields that go together. */
    const goodNames = (userId: string): Record<string, unknown> => {
      const clientMsgId = random.pick(clientMsgIds);
      return {
        dlgId: 'tea',
        groupId: 'tea',
        fromuid: userId,
        clientMsgId,
        content: `the words of ${userId} as ${clientMsgId}`,
        userId: random.pick(['ada', 'bo', 'cy']),
        fileId: 'the-latest-fileId',
        uploadId: 'the-latest-uploadId',
        reportId: 'the-latest-reportId',
        seq: random.chance(0.5) ? 'the-latest-seq' : random.between(1, 20),
        offset: 0,
        ref: 'card-1',
        ticket: TICKET,
        refreshToken: REFRESH,
        payload: random.pick(cards),
      };
    };

    const textOf = ({ name, schema }: Parameter, good: Record<string, unknown>): string => {
      const isGood = Object.hasOwn(good, name) && random.chance(0.85);
      const text = String(isGood ? good[name] : valueOf(schema, random, root));
      if (isGood) return text;
      return random.chance(0.2) ? mutate(text, random, known).slice(0, 2_000) : text;
    };
    const credentialOf = ({ security, operationId }: Described, userId: string): string | undefined => {
      if (random.chance(0.05)) return undefined;
      if (random.chance(0.05))
        return mutate('eyJhbGciOiJIUzI1NiJ9.e30.AAAA', random)
          .replaceAll(/[^\x21-\x7e]/g, '.')
          .slice(0, 5_000);
      const [needs] = security;
      if (endings.has(operationId)) return 'x';
      return needs && 'secret' in needs ? 'the secret' : `token of ${userId}`;
    };
    const bodyOf = (
      { requestBody, operationId }: Described,
      good: Record<string, unknown>,
    ): { type: string; text: string } | undefined => {
      if (operationId === 'uploadFile' && random.chance(0.7))
        return { type: `multipart/form-data; boundary=x`, text: FORM };
      if (operationId === 'patchCard' && random.chance(0.5)) return { type: JSON_TYPE, text: '{"status":"shipped"}' };
      if (operationId === 'continueUpload' && random.chance(0.7))
        return { type: 'application/octet-stream', text: 'x'.repeat(random.between(1, 4)) };
      const schema = requestBody?.content[JSON_TYPE]?.schema;
      if (!schema)
        return random.chance(0.1) || requestBody
          ? { type: random.pick(odds), text: 'x'.repeat(random.between(0, 500)) }
          : undefined;
      const value = valueOf(schema, random, root, good);
      const text = JSON.stringify(random.chance(0.4) ? mutateValue(value, random) : value);
      return {
        type: random.chance(0.97) ? JSON_TYPE : random.pick(odds),
        text: random.chance(0.05) ? mutate(text, random) : text,
      };
    };

    return {
      seeds: [],
      places: operations.filter(({ operationId }) => !endings.has(operationId)).map((it) => `read ${it.operationId}`),
      make() {
        const operation = random.pick(operations);
        const { userId } = random.pick([ada, bo, cy]);
        const good = goodNames(userId);
        const query = new URLSearchParams();
        const headers: Record<string, string> = {};
        let path = operation.path;
        for (const parameter of operation.parameters) {
          if (!parameter.required && random.chance(0.4)) continue;
          const text = textOf(parameter, good);
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
        const credential = credentialOf(operation, userId);
        const body = method === 'GET' ? undefined : bodyOf(operation, good);
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
        const answer = await fetch(`${shop.origin}${await filledIn(path)}`, {
          method,
          redirect: 'manual',
          headers: { ...headers, ...(credential !== undefined && { authorization: `Bearer ${secretOf(credential)}` }) },
          ...(body !== undefined && { body: await filledIn(body) }),
          signal: AbortSignal.timeout(REQUEST_MS),
        });
        const text = await answer.text();
        const what = `${method} ${path} ${body?.slice(0, 300) ?? ''}`;
        must(answer.status < 500, `HTTP ${answer.status} to ${what}: ${text.slice(0, 300)}`);
        if ((answer.headers.get('content-type') ?? '').startsWith(JSON_TYPE)) {
          const said = JSON.parse(text) as { code?: unknown; error?: string; data?: unknown };
          remember(said.data);
          reach(said.code === 0 ? `read ${operationId}` : `refused ${said.error}`);
          // A path with an odd piece may be another page's, or nobody's.
          const described = said.code === 0 ? operation?.responses[200].content : operation?.responses.default.content;
          const schema = described?.[JSON_TYPE]?.schema;
          const wrong = schema && wrongIn(said, schema, root);
          must(wrong === undefined, `the answer to ${what} is not as described: ${wrong}: ${text.slice(0, 300)}`);
        } else reach(answer.status < 300 ? `read ${operationId}` : `refused with ${answer.status} and no envelope`);
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
const FORM =
  '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\ntea\r\n--x--\r\n';
const cards = [
  { type: 'text', text: 'odd' },
  { type: 'quickReplies', text: 'Which?', choices: ['a', 'b'], ref: 'card-1' },
];
const odds = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  'application/json; charset=utf-16',
];
