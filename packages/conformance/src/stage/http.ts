import { Failed } from '../check.ts';
import type { Records } from './records.ts';

export interface Answer<T = Record<string, unknown>> {
  status: number;
  headers: Headers;
  /** As it came. */
  text: string;
  /** Of the envelope; `code` is undefined when there is none. */
  code: number | undefined;
  data: T;
  error: string | undefined;
  msg: string | undefined;
}

export interface Ask {
  bearer?: string;
  /** JSON, or as it is for a string or a form. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Gives a 429 back; otherwise it waits as told and asks again. */
  isOnce?: boolean;
}

const PATIENCE_MS = 15_000;
const TRIES = 12;
const LONGEST_WAIT_MS = 10_000;

/** HTTP with one server. */
export class Http {
  readonly origin: string;
  readonly #records: Records;

  constructor(origin: string, records: Records) {
    this.origin = origin;
    this.#records = records;
  }

  /** @throws {Failed} when no answer comes at all. */
  async ask<T = Record<string, unknown>>(method: string, path: string, ask: Ask = {}): Promise<Answer<T>> {
    for (let tries = 1; ; tries++) {
      const answer = await this.#once<T>(method, path, ask);
      if (answer.status !== 429 || ask.isOnce || tries === TRIES) return answer;
      const seconds = Number(answer.headers.get('retry-after') ?? 1);
      await sleep(Math.min(LONGEST_WAIT_MS, Math.max(0.1, seconds) * 1000 + Math.random() * 200));
    }
  }

  async #once<T>(method: string, path: string, { bearer, body, headers = {} }: Ask): Promise<Answer<T>> {
    const isPlain = typeof body === 'string' || body instanceof FormData;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.origin}${path}`, {
        method,
        headers: {
          ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }),
          ...(body !== undefined && !isPlain && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: isPlain ? body : JSON.stringify(body) }),
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      text = await response.text();
    } catch (error) {
      throw new Failed(`an answer to ${method} ${path}`, reasonOf(error));
    }
    this.#records.answers++;
    if (response.status >= 500)
      this.#records.broken.push(`${method} ${path}: ${response.status} ${text.slice(0, 120)}`);
    const envelope = envelopeIn(text);
    return {
      status: response.status,
      headers: response.headers,
      text,
      code: envelope?.code,
      data: envelope?.data as T,
      error: envelope?.error,
      msg: envelope?.msg,
    };
  }
}

interface Envelope {
  code: number;
  data: unknown;
  msg: string;
  error?: string;
}

function envelopeIn(text: string): Envelope | undefined {
  try {
    const value = JSON.parse(text) as Partial<Envelope> | null;
    return typeof value?.code === 'number' ? (value as Envelope) : undefined;
  } catch {
    return undefined;
  }
}

/** fetch hides why in `cause`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError) return cause.errors.map((each) => (each as Error).message).join('; ');
  return cause instanceof Error ? cause.message : error.message;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
