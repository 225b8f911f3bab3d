import { Readable } from 'node:stream';

import { Malformed, Refused, type Fields, type RecordShape, type Shape } from '@trialogue/protocol';
import type { Api, BodyOf, DataOf, HeadersOf, Operation, ParamsOf, QueryOf } from '@trialogue/protocol/api';
import type { FastifyRequest } from 'fastify';

import type { SignedIn } from '../access/signIn.ts';
import type { App } from '../chat/ports.ts';
import { blockOf } from './address.ts';
import { readPiece, readUpload, type Upload } from './uploads.ts';

/** Who asks, by what the operation demands. */
export interface Callers {
  token: { actor: SignedIn; token: string };
  secret: App;
  nobody: undefined;
}

/** One request as its handler sees it: everything read and checked. */
export interface Ask<O extends Operation> {
  caller: Callers[O['auth']];
  params: ParamsOf<O>;
  query: QueryOf<O>;
  headers: HeadersOf<O>;
  body: O['body'] extends 'multipart' ? Upload : O['body'] extends 'octets' ? AsyncIterable<Uint8Array> : BodyOf<O>;
  /** Whose requests are counted together. */
  address: string;
}

/** A body that is no envelope. */
export interface Stream {
  headers: Record<string, string>;
  bytes: AsyncIterable<Uint8Array | string>;
}

type DataFrom<O extends Operation> = O['data'] extends 'bytes' | 'lines' ? Stream : DataOf<O>;

/** One function per operation of a table: a missing one is a type error. */
export type Handlers<A extends Api> = { [Name in keyof A]: (ask: Ask<A[Name]>) => Promise<DataFrom<A[Name]>> };

/** @throws {Refused} request.malformed, request.unsupported_media, file.empty */
export async function readAsk(operation: Operation, request: FastifyRequest): Promise<Omit<Ask<Operation>, 'caller'>> {
  return {
    params: readWords(operation.params, request.params, 'params'),
    query: readWords(operation.query, request.query, 'query'),
    headers: readWords(operation.headers, request.headers, 'headers'),
    body: (await readBody(operation.body, request)) as undefined,
    address: blockOf(request.ip),
  };
}

async function readBody(body: Operation['body'], request: FastifyRequest): Promise<unknown> {
  if (body === undefined) return undefined;
  if (body === 'multipart') return readUpload(request);
  if (body === 'octets') return readPiece(request);
  if (request.isMultipart() || request.body instanceof Readable)
    throw new Refused('request.unsupported_media', 'JSON is expected.');
  return checked(body, request.body ?? {}, 'body');
}

/** Addresses are text: where a number is meant, its digits are taken for it. */
function readWords(shape: RecordShape<Fields> | undefined, given: unknown, path: string): undefined {
  if (!shape) return undefined;
  const words = { ...(given as Record<string, unknown>) };
  for (const [name, field] of Object.entries(shape.fields)) {
    const word = words[name];
    if (field.kind.is === 'whole' && typeof word === 'string' && /^-?\d{1,16}$/.test(word)) {
      words[name] = Number(word);
    }
  }
  return checked(shape, words, path) as undefined;
}

function checked(shape: Shape<unknown>, value: unknown, path: string): unknown {
  if (hasNul(value)) throw new Refused('request.malformed', `${path}: expected text without the character U+0000.`);
  try {
    return shape.read(value, path);
  } catch (error) {
    if (error instanceof Malformed) throw new Refused('request.malformed', `${error.message}.`);
    throw error;
  }
}

/** One database ends a text there, another refuses it. Bodies are as deep as `takeJsonBodies` lets them be. */
function hasNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\u0000');
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, inner]) => name.includes('\u0000') || hasNul(inner));
}
