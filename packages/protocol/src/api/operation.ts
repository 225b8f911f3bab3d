import type { Fields, Of, RecordShape, Shape } from '../shape.ts';

/**
 * One route of the HTTP API. The table of operations is the only description of a route: the server registers
 * its handlers against it, `/openapi.json` is printed from it, and the web client takes its types from it.
 */
export interface Operation {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the API's prefix; `:name` stands for a field of `params`. */
  path: string;
  /** One sentence: what it is for. */
  summary: string;
  /** Who may call: the holder of a user's token, of the app's secret, or anybody. */
  auth: 'token' | 'secret' | 'nobody';
  params?: RecordShape<Fields>;
  query?: RecordShape<Fields>;
  /** By their names in small letters. */
  headers?: RecordShape<Fields>;
  /** JSON body, `multipart` for an upload of one file, or `octets` for a piece of one. */
  body?: Shape<unknown> | 'multipart' | 'octets';
  /** The envelope's `data`, or a body that is no envelope: bytes of a file, or lines of JSON. */
  data: Shape<unknown> | 'bytes' | 'lines';
}

export type Api = Record<string, Operation>;

type Part<S> = S extends Shape<unknown> ? Of<S> : undefined;
export type ParamsOf<O extends Operation> = Part<O['params']>;
export type QueryOf<O extends Operation> = Part<O['query']>;
export type HeadersOf<O extends Operation> = Part<O['headers']>;
export type BodyOf<O extends Operation> = Part<O['body']>;
export type DataOf<O extends Operation> = Part<O['data']>;

/** The answer to every JSON request. Contract §2. */
export type Envelope<T> =
  | { code: 0; data: T; msg: string }
  | { code: 1 | 401; data: null; msg: string; error: string; requestId: string };
