import { refusals, schemaOf, type Fields, type RecordShape } from '@trialogue/protocol';
import type { Api, Operation } from '@trialogue/protocol/api';

import type { Manner } from './envelope.ts';

type Json = Record<string, unknown>;

/** One table of operations as it is served. */
export interface ServedApi {
  prefix: string;
  api: Api;
  manner: Manner;
}

/** OpenAPI 3.1, from the tables that the routes themselves are made of. */
export const openapi = (apis: readonly ServedApi[], publicUrl: string): Json => ({
  openapi: '3.1.0',
  info: {
    title: 'Trialogue',
    version: '1',
    description:
      'Every JSON answer is {code, data, msg}: code 0 is success, 1 failure, 401 not authorised. In the client API the HTTP status of all three is 200; only 413, 415, 429 and 503 are used as they are.',
  },
  servers: [{ url: publicUrl }],
  paths: pathsOf(apis),
  components: {
    securitySchemes: {
      token: { type: 'http', scheme: 'bearer', description: 'A user’s token.' },
      secret: { type: 'http', scheme: 'bearer', description: 'The app secret: for backends only.' },
    },
    schemas: {
      Failure: {
        type: 'object',
        required: ['code', 'data', 'msg', 'error', 'requestId'],
        properties: {
          code: { enum: [1, 401] },
          data: { type: 'null' },
          msg: { type: 'string' },
          error: { enum: Object.keys(refusals) },
          requestId: { type: 'string' },
        },
      },
    },
  },
});

function pathsOf(apis: readonly ServedApi[]): Record<string, Json> {
  const paths: Record<string, Json> = {};
  for (const { prefix, api, manner } of apis) {
    for (const [operationId, operation] of Object.entries(api)) {
      const path = prefix + operation.path.replaceAll(/:(\w+)/g, '{$1}');
      (paths[path] ??= {})[operation.method.toLowerCase()] = describe(operationId, operation, prefix, manner);
    }
  }
  return paths;
}

const describe = (operationId: string, operation: Operation, prefix: string, manner: Manner): Json => ({
  operationId,
  summary: operation.summary,
  tags: [prefix.split('/')[1]],
  security: operation.auth === 'nobody' ? [] : [{ [operation.auth]: [] }],
  parameters: [
    ...parametersIn('path', operation.params),
    ...parametersIn('query', operation.query),
    ...parametersIn('header', operation.headers),
  ],
  ...(operation.body && { requestBody: { required: true, content: bodyOf(operation.body) } }),
  responses: {
    200: { description: operation.summary, content: answerOf(operation.data, manner) },
    default: { description: 'A refusal.', content: { 'application/json': { schema: FAILURE } } },
  },
});

const FAILURE = { $ref: '#/components/schemas/Failure' };

const parametersIn = (place: 'path' | 'query' | 'header', shape: RecordShape<Fields> | undefined): Json[] =>
  Object.entries(shape?.fields ?? {}).map(([name, field]) => ({
    name,
    in: place,
    required: !field.isOptional,
    schema: schemaOf(field),
  }));

function bodyOf(body: NonNullable<Operation['body']>): Json {
  if (body === 'octets') return { 'application/octet-stream': {} };
  if (body !== 'multipart') return { 'application/json': { schema: schemaOf(body) } };
  const file = { type: 'string', contentMediaType: 'application/octet-stream' };
  return { 'multipart/form-data': { schema: { type: 'object', properties: { file }, required: ['file'] } } };
}

function answerOf(data: Operation['data'], manner: Manner): Json {
  if (data === 'bytes') return { 'application/octet-stream': {} };
  if (data === 'lines') return { 'application/x-ndjson': {} };
  const success = {
    type: 'object',
    required: ['code', 'data', 'msg'],
    properties: { code: { const: 0 }, data: schemaOf(data), msg: { type: 'string' } },
  };
  return { 'application/json': { schema: manner === 'client' ? { oneOf: [success, FAILURE] } : success } };
}
