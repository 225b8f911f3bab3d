import { Refused, refusals, transportStatuses, type RefusalName } from '@trialogue/protocol';
import type { Envelope } from '@trialogue/protocol/api';

/**
 * Two ways to say the same with HTTP statuses. Contract §2: the client API answers 200 where the seed's interceptor
 * reads the code in the body, the platform API answers as HTTP does everywhere else.
 */
export type Manner = 'client' | 'platform';

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Envelope<unknown>;
}

/** Statuses that are their own in the client API as well: the request got nowhere near an operation, or broke it. */
const always: ReadonlySet<RefusalName> = new Set<RefusalName>(['route.not_found', 'server.internal']);

export const success = (data: unknown): Envelope<unknown> => ({ code: 0, data, msg: '' });

export function failure(refused: Refused, manner: Manner, requestId: string): Answer {
  const { http } = refusals[refused.refusal];
  const isOwnStatus = manner === 'platform' || transportStatuses.has(http) || always.has(refused.refusal);
  return {
    status: isOwnStatus ? http : 200,
    headers: {
      'cache-control': 'no-store',
      ...(http === 429 && { 'retry-after': String(Math.ceil((refused.retryAfterMs ?? 1000) / 1000)) }),
      ...(http === 503 && { 'retry-after': '1' }),
      // Whatever else is on its way in such a request is not waited for.
      ...(http === 413 && { connection: 'close' }),
    },
    body: {
      code: http === 401 ? 401 : 1,
      data: null,
      msg: refused.message,
      error: refused.refusal,
      requestId,
    },
  };
}

/** What Fastify and its plugins say in their own words. */
const named: Readonly<Record<string, RefusalName>> = {
  FST_ERR_BAD_URL: 'route.not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'route.not_found',
  FST_ERR_CTP_BODY_TOO_LARGE: 'request.too_large',
  FST_PARTS_LIMIT: 'request.too_large',
  FST_FILES_LIMIT: 'request.too_large',
  FST_FIELDS_LIMIT: 'request.too_large',
  FST_REQ_FILE_TOO_LARGE: 'file.too_large',
  // The sender went away in the middle of an upload.
  ERR_STREAM_PREMATURE_CLOSE: 'request.malformed',
  ECONNRESET: 'request.malformed',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'request.unsupported_media',
};
const byStatus: Readonly<Record<number, RefusalName>> = {
  // What lies in a folder of ours but is not served is not there.
  403: 'route.not_found',
  404: 'route.not_found',
  405: 'route.not_found',
  413: 'request.too_large',
  415: 'request.unsupported_media',
};

/** For a body that breaks off or is no form the parser of uploads has no code, only words. */
const NO_FORM = /^(Multipart: |Malformed )|unexpected end of multipart data$/i;

/** Undefined for a bug. */
export function refusalIn(error: unknown): Refused | undefined {
  if (error instanceof Refused) return error;
  if (!(error instanceof Error)) return undefined;
  if (NO_FORM.test(error.message)) return new Refused('request.malformed', 'The upload is no whole form.');
  const { code = '', statusCode = 500 } = error as { code?: string; statusCode?: number };
  const name = named[code] ?? byStatus[statusCode];
  if (name) return new Refused(name);
  return statusCode >= 400 && statusCode < 500
    ? new Refused('request.malformed', 'The body cannot be read.')
    : undefined;
}
