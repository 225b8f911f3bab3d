import type { Envelope } from '@trialogue/protocol/api';

import { AskFailed } from './axios.ts';

/** The server said no. What to tell the user is in `error`, a stable name. */
export class ApiRefused extends Error {
  readonly code: number;
  readonly error: string;
  /** Leads to the server's log. */
  readonly requestId: string;

  constructor({ code, error, msg, requestId }: Exclude<Envelope<unknown>, { code: 0 }>) {
    super(msg);
    this.name = 'ApiRefused';
    this.code = code;
    this.error = error;
    this.requestId = requestId;
  }
}

export const isEnvelope = (data: unknown): data is Envelope<unknown> =>
  typeof data === 'object' && data !== null && 'code' in data && typeof data.code === 'number';

/** Whether a later, identical request took this one's place, or its caller gave it up. */
export const isCancelled = (error: unknown): boolean => error instanceof AskFailed && error.code === 'ERR_CANCELED';

/** Whether no answer came at all. */
export const isNetworkFailure = (error: unknown): boolean => error instanceof AskFailed && !error.response;
