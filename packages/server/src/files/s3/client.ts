import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { Refused } from '@trialogue/protocol';
import { AwsV4Signer } from 'aws4fetch';

import { urlOf, type S3Place } from './place.ts';
import { textOf } from './xml.ts';

/** How long one waits for a store, and how often. */
export interface Patience {
  /** For all of an answer, or for the beginning of a stream; bytes that go up get more, by their number. */
  answerMs: number;
  /** For the next bytes of a stream. */
  silenceMs: number;
  /** One question is asked so often at the most. */
  tries: number;
  /** Before the second try: anywhere from 0 to this; twice as much before each further one. */
  pauseMs: number;
}

const patience: Patience = { answerMs: 10_000, silenceMs: 15_000, tries: 3, pauseMs: 200 };
/** Slower lines to the store than this are given up. */
const SLOWEST_BYTES_PER_MS = 256;

export interface S3Watch {
  /** Whether it answers as it should, whenever that changes. */
  onChange?: (isConnected: boolean, why?: Error) => void;
}

interface Asked {
  method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Below the prefix; empty for the bucket. */
  key: string;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  body?: Uint8Array<ArrayBuffer>;
  /** Of the body, where it is known already. */
  hash?: string;
  /** Statuses that are answers as well, beside those that mean success. */
  also?: readonly number[];
}

interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** The store said no. Its own words and nothing else: no address, no key. */
export class S3Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, detail = '') {
    super(`The store of files answered ${status} ${code}${detail}.`);
    this.name = 'S3Refusal';
    this.status = status;
    this.code = code;
  }

  /** It may go by. */
  get isPassing(): boolean {
    return this.status >= 500 || this.status === 429 || this.code === 'RequestTimeout';
  }
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const EMPTY = sha256(new Uint8Array());

/**
 * Signed questions to one bucket (AWS Signature Version 4, the body's hash signed with the rest). Only the configured
 * endpoint is ever asked: a redirect is an error. What may pass is tried again, a few times; all of what we ask can be asked twice.
 *
 * @throws {Refused} storage.unavailable, with the reason as its cause
 */
export function s3Client(place: S3Place, watch: S3Watch = {}, wait: Patience = patience) {
  const signingKeys = new Map<string, ArrayBuffer>();
  const { accessKeyId, secretAccessKey, sessionToken, region } = place;
  let isConnected = true;
  let heardAt = -Infinity;

  const changed = (is: boolean, why?: Error) => {
    heardAt = performance.now();
    if (is === isConnected) return;
    isConnected = is;
    watch.onChange?.(is, why);
  };

  async function send(
    { method, key, query = {}, headers = {}, body, hash }: Asked,
    signal: AbortSignal,
  ): Promise<Response> {
    const signed = await new AwsV4Signer({
      method,
      url: urlOf(place, key === '' ? '' : place.prefix + key, query),
      headers: { 'x-amz-content-sha256': hash ?? (body ? sha256(body) : EMPTY), ...headers },
      accessKeyId,
      secretAccessKey,
      ...(sessionToken !== undefined && { sessionToken }),
      service: 's3',
      region,
      cache: signingKeys,
    }).sign();
    const options = { method, headers: signed.headers, redirect: 'manual', signal } as const;
    return fetch(signed.url, body ? { ...options, body } : options);
  }

  /** @throws {S3Refusal} for what is no answer */
  async function checked(response: Response, also: readonly number[] = []): Promise<Response> {
    if (response.ok || also.includes(response.status)) return response;
    const text = await response.text().catch(() => '');
    const at = response.headers.get('x-amz-bucket-region');
    const code = textOf(text, 'Code') ?? (response.statusText || 'without a word');
    throw new S3Refusal(
      response.status,
      code.slice(0, 80),
      at === null ? '' : ` (the bucket is in ${at.slice(0, 40)})`,
    );
  }

  /** @param isKnown the caller knows what this refusal means, and is given it as it is */
  async function tried<T>(work: () => Promise<T>, isKnown: (error: unknown) => boolean = () => false): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        const value = await work();
        changed(true);
        return value;
      } catch (error) {
        if (isKnown(error)) {
          changed(true);
          throw error;
        }
        const isOver = tries >= wait.tries || (error instanceof S3Refusal && !error.isPassing);
        if (!isOver) {
          await pause(Math.random() * wait.pauseMs * 2 ** (tries - 1));
          continue;
        }
        changed(false, error as Error);
        throw Object.assign(new Refused('storage.unavailable'), { cause: error });
      }
    }
  }

  async function once(asked: Asked): Promise<Answer> {
    const signal = AbortSignal.timeout(wait.answerMs + Math.ceil((asked.body?.length ?? 0) / SLOWEST_BYTES_PER_MS));
    const response = await checked(await send(asked, signal), asked.also);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text };
  }

  /** The object from one of its bytes on; of the version that was begun with. */
  async function openAt(key: string, at: number, etag: string, most: number | undefined) {
    const stop = new AbortController();
    const late = setTimeout(() => stop.abort(new Error('The store of files does not answer.')), wait.answerMs);
    try {
      const range = most === undefined ? `bytes=${at}-` : `bytes=${at}-${most - 1}`;
      const headers = { ...((at > 0 || most !== undefined) && { range }), ...(etag !== '' && { 'if-match': etag }) };
      const response = await checked(await send({ method: 'GET', key, headers }, stop.signal));
      if ('range' in headers && response.status !== 206)
        throw new Error('The store of files gives no parts of a file.');
      if (!response.body) throw new Error('The store of files answered without a body.');
      return { reader: response.body.getReader(), etag: response.headers.get('etag') ?? '', stop };
    } catch (error) {
      stop.abort();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  /**
   * The bytes of an object, as they come. When the line breaks it goes on where it was.
   * @param most only the first of them
   * @throws {Error} when there is none
   */
  async function* read(key: string, most?: number): AsyncIterable<Uint8Array> {
    let at = 0;
    let etag = '';
    for (let breaks = 0; ;) {
      const isGone = (error: unknown) =>
        error instanceof S3Refusal && error.status === 404 && error.code === 'NoSuchKey';
      const open = await tried(() => openAt(key, at, etag, most), isGone);
      etag = open.etag;
      let isWhole = false;
      let why: unknown;
      try {
        for (;;) {
          const next = await before(wait.silenceMs, open.reader.read()).catch((error: unknown) => {
            why = error;
          });
          isWhole = next?.done === true;
          if (!next || next.done) break;
          at += next.value.length;
          breaks = 0;
          yield next.value;
        }
      } finally {
        if (!isWhole) open.stop.abort();
      }
      if (isWhole) return;
      breaks += 1;
      if (breaks < wait.tries) continue;
      changed(false, why as Error);
      throw Object.assign(new Refused('storage.unavailable'), { cause: why });
    }
  }

  return {
    read,
    ask: (asked: Asked): Promise<Answer> => tried(() => once(asked)),
    /** One try, and what the store itself says to it. @throws {S3Refusal | Error} */
    once,
    /** As of what it answered last; asks when that is long ago. */
    async isConnected(freshMs: number, longestMs: number): Promise<boolean> {
      if (performance.now() - heardAt < freshMs) return isConnected;
      const asked: Asked = {
        method: 'GET',
        key: '',
        query: { 'list-type': '2', 'max-keys': '1', prefix: place.prefix },
      };
      await before(longestMs, once(asked)).then(
        () => changed(true),
        (error: Error) => changed(false, error),
      );
      return isConnected;
    },
    /** As of what it answered last. */
    wasConnected: () => isConnected,
    prefix: place.prefix,
  };
}

export type S3Client = ReturnType<typeof s3Client>;

async function before<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('The store of files is silent.')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
