import { createHash, randomBytes } from 'node:crypto';

/** One object, as a store keeps it. */
export interface StoredObject {
  bytes: Buffer;
  etag: string;
  meta: Record<string, string>;
  /** When it was written, in ms. */
  at: number;
}

export interface Asked {
  method: string;
  key: string;
  query: URLSearchParams;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

const SMALLEST_PART_BYTES = 5 * 1024 * 1024;
/** Few, so that everybody who lists has to ask again. */
const LISTED_AT_A_TIME = 3;

const no = (status: number, code: string): Answer => ({
  status,
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>No.</Message></Error>`,
});
const etagOf = (bytes: Buffer) => `"${createHash('md5').update(bytes).digest('hex')}"`;

/** What one bucket of an S3-compatible store does, as far as we use it; and as strictly as the strictest of them. */
export function createBucket() {
  const objects = new Map<string, StoredObject>();
  const uploads = new Map<string, { key: string; parts: Map<number, StoredObject>; at: number }>();

  const stored = (bytes: Buffer, headers: Asked['headers'] = {}): StoredObject => ({
    bytes,
    etag: etagOf(bytes),
    meta: Object.fromEntries(
      Object.entries(headers)
        .filter(([name]) => name.startsWith('x-amz-meta-'))
        .map(([name, value]) => [name, String(value)]),
    ),
    at: Date.now(),
  });

  function get({ key, headers }: Asked): Answer {
    const one = objects.get(key);
    if (!one) return no(404, 'NoSuchKey');
    const wanted = headers['if-match'];
    if (wanted !== undefined && wanted !== one.etag) return no(412, 'PreconditionFailed');
    const about = { etag: one.etag, 'last-modified': new Date(one.at).toUTCString(), ...one.meta };
    const range = /^bytes=(\d+)-(\d*)$/.exec(String(headers['range'] ?? ''));
    if (!range) return { status: 200, headers: about, body: one.bytes };
    const [from, to] = [Number(range[1]), range[2] ? Number(range[2]) : one.bytes.length - 1];
    if (from >= one.bytes.length) return no(416, 'InvalidRange');
    return { status: 206, headers: about, body: one.bytes.subarray(from, to + 1) };
  }

  function put({ key, query, headers, body }: Asked): Answer {
    if (headers['content-length'] === undefined) return no(411, 'MissingContentLength');
    const uploadId = query.get('uploadId');
    if (uploadId !== null) {
      const upload = uploads.get(uploadId);
      if (upload?.key !== key) return no(404, 'NoSuchUpload');
      const part = stored(body);
      upload.parts.set(Number(query.get('partNumber')), part);
      return { status: 200, headers: { etag: part.etag } };
    }
    if (headers['if-none-match'] === '*' && objects.has(key)) return no(412, 'PreconditionFailed');
    const one = stored(body, headers);
    objects.set(key, one);
    return { status: 200, headers: { etag: one.etag } };
  }

  function post({ key, query, body }: Asked): Answer {
    if (query.has('uploads')) {
      const uploadId = randomBytes(12).toString('base64');
      uploads.set(uploadId, { key, parts: new Map(), at: Date.now() });
      return { status: 200, body: `<R><Key>${key}</Key><UploadId>${uploadId}</UploadId></R>` };
    }
    const uploadId = query.get('uploadId') ?? '';
    const upload = uploads.get(uploadId);
    if (upload?.key !== key) return no(404, 'NoSuchUpload');
    const named = [
      ...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber><ETag>&quot;([0-9a-f]+)&quot;<\/ETag>/g),
    ].map(([, number, etag]) => ({ part: upload.parts.get(Number(number)), etag: `"${etag}"` }));
    const parts = named.flatMap(({ part, etag }) => (part?.etag === etag ? [part] : []));
    if (parts.length === 0 || parts.length !== named.length) return no(400, 'InvalidPart');
    // As AWS does: 200 first, and what became of it in the body.
    if (parts.slice(0, -1).some(({ bytes }) => bytes.length < SMALLEST_PART_BYTES)) {
      return { ...no(200, 'EntityTooSmall'), status: 200 };
    }
    uploads.delete(uploadId);
    objects.set(key, stored(Buffer.concat(parts.map(({ bytes }) => bytes))));
    return { status: 200, body: `<R><Key>${key}</Key></R>` };
  }

  function remove({ key, query }: Asked): Answer {
    const uploadId = query.get('uploadId');
    if (uploadId === null) objects.delete(key);
    else if (!uploads.delete(uploadId)) return no(404, 'NoSuchUpload');
    return { status: 204 };
  }

  function list({ query }: Asked): Answer {
    const prefix = query.get('prefix') ?? '';
    const iso = (at: number) => new Date(at).toISOString();
    if (query.has('uploads')) {
      const rows = [...uploads]
        .filter(([, { key }]) => key.startsWith(prefix))
        .map(
          ([uploadId, { key, at }]) =>
            `<Upload><Key>${key}</Key><UploadId>${uploadId}</UploadId><Initiated>${iso(at)}</Initiated></Upload>`,
        );
      return { status: 200, body: `<R>${rows.join('')}</R>` };
    }
    const from = Buffer.from(query.get('continuation-token') ?? '', 'base64').toString();
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > from).sort();
    const page = keys.slice(0, LISTED_AT_A_TIME);
    const rows = page.map((key) => {
      const { bytes, at } = objects.get(key) as StoredObject;
      return `<Contents><Key>${key}</Key><LastModified>${iso(at)}</LastModified><Size>${bytes.length}</Size></Contents>`;
    });
    const more = keys.length > page.length;
    const token = more ? Buffer.from(page.at(-1) ?? '').toString('base64') : '';
    const next = more ? `<NextContinuationToken>${token}</NextContinuationToken>` : '';
    return { status: 200, body: `<R><IsTruncated>${more}</IsTruncated>${next}${rows.join('')}</R>` };
  }

  return {
    objects,
    uploads,
    answer(asked: Asked): Answer {
      const { method, key } = asked;
      if (key === '') return method === 'GET' ? list(asked) : no(405, 'MethodNotAllowed');
      if (method === 'GET') return get(asked);
      if (method === 'HEAD') return get(asked);
      if (method === 'PUT') return put(asked);
      if (method === 'POST') return post(asked);
      return method === 'DELETE' ? remove(asked) : no(405, 'MethodNotAllowed');
    },
  };
}
