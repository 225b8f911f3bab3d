import type { Api, BodyOf, DataOf, Envelope, HeadersOf, ParamsOf, QueryOf } from '@trialogue/protocol/api';

export interface Answer<T> {
  status: number;
  headers: Headers;
  /** The envelope; of an answer that has none, its text. */
  body: Envelope<T>;
  text: string;
}

/** Only what the operation takes. */
type Given<Part, Name extends string> = [Part] extends [undefined] ? unknown : { [N in Name]?: Part };

/** Asks for operations by name, as the table describes them; whoever asks has a token, a secret, or nothing. */
export function asker<A extends Api>(origin: () => string, prefix: string, api: A) {
  const asked = new Set<keyof A>();

  async function ask<Name extends keyof A & string>(
    name: Name,
    credential: string | undefined,
    given: Given<ParamsOf<A[Name]>, 'params'> &
      Given<QueryOf<A[Name]>, 'query'> &
      Given<HeadersOf<A[Name]>, 'headers'> & { body?: unknown } = {},
  ): Promise<Answer<DataOf<A[Name]>>> {
    asked.add(name);
    const { params, query, headers, body } = given as {
      params?: object;
      query?: object;
      headers?: Record<string, string>;
      body?: BodyOf<A[Name]> | FormData | Uint8Array<ArrayBuffer>;
    };
    const isBytes = body instanceof Uint8Array;
    const { method, path } = api[name]!;
    const values = new Map(Object.entries(params ?? {}));
    const url = new URL(prefix + path.replaceAll(/:(\w+)/g, (_, part: string) => String(values.get(part))), origin());
    for (const [key, value] of Object.entries(query ?? {})) url.searchParams.set(key, String(value));

    const answer = await fetch(url, {
      method,
      headers: {
        ...headers,
        ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
        ...(body !== undefined &&
          !(body instanceof FormData) && { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' }),
      },
      ...(body !== undefined && { body: body instanceof FormData || isBytes ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isEnvelope = answer.headers.get('content-type')?.startsWith('application/json') === true;
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: isEnvelope ? (JSON.parse(text) as Envelope<DataOf<A[Name]>>) : ({} as Envelope<DataOf<A[Name]>>),
    };
  }

  /** Which operations nobody has asked for. */
  const untouched = () => Object.keys(api).filter((name) => !asked.has(name));

  return Object.assign(ask, {
    untouched,
    /** The data of an answer that has to be good. */
    async get<Name extends keyof A & string>(...args: Parameters<typeof ask<Name>>): Promise<DataOf<A[Name]>> {
      const { status, body, text } = await ask<Name>(...args);
      if (status !== 200 || body.code !== 0) throw new Error(`${args[0]}: ${status} ${text}`);
      return body.data;
    },
  });
}
