import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** As whom a request has to come. */
export interface Credentials {
  accessKeyId: string;
  secretAccessKey: string;
  region: string;
}

export interface SignedRequest {
  method: string;
  /** Path and query, as they stand on the wire. */
  target: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

const SKEW_MS = 15 * 60_000;
const hash = (text: string | Uint8Array) => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Uint8Array, text: string) => createHmac('sha256', key).update(text).digest();

/**
 * What is wrong with a request that should be signed with AWS Signature Version 4, in the words a store has for it;
 * nothing when all is well. Written from the specification, and held against its examples.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function wrongWith(
  { method, target, headers }: SignedRequest,
  body: Uint8Array,
  { accessKeyId, secretAccessKey, region }: Credentials,
  now: number,
): string | undefined {
  const header = (name: string) =>
    String(headers[name] ?? '')
      .trim()
      .replaceAll(/ +/g, ' ');
  const authorization =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      header('authorization'),
    );
  if (!authorization) return 'AccessDenied';
  const [, by, day = '', place = '', names = '', signature = ''] = authorization;
  if (by !== accessKeyId) return 'InvalidAccessKeyId';
  if (place !== region) return 'AuthorizationHeaderMalformed';

  const date = header('x-amz-date');
  const at = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (!at || !date.startsWith(day)) return 'AccessDenied';
  const signedAt = Date.parse(`${at[1]}-${at[2]}-${at[3]}T${at[4]}:${at[5]}:${at[6]}Z`);
  if (Math.abs(now - signedAt) > SKEW_MS) return 'RequestTimeTooSkewed';

  const signed = names.split(';');
  const mustBeSigned = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))];
  if (mustBeSigned.some((name) => !signed.includes(name))) return 'AccessDenied';

  const [path = '', query = ''] = target.split(/\?(.*)/s);
  const canonical = [
    method,
    path,
    canonicalQuery(query),
    ...signed.map((name) => `${name}:${header(name)}`),
    '',
    names,
    header('x-amz-content-sha256'),
  ].join('\n');
  const scope = `${day}/${place}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, hash(canonical)].join('\n');
  const key = hmac(hmac(hmac(hmac(`AWS4${secretAccessKey}`, day), place), 's3'), 'aws4_request');
  if (!timingSafeEqual(hmac(key, toSign), Buffer.from(signature, 'hex'))) return 'SignatureDoesNotMatch';

  const said = header('x-amz-content-sha256');
  return said === 'UNSIGNED-PAYLOAD' || said === hash(body) ? undefined : 'XAmzContentSHA256Mismatch';
}

/** Names and values encoded anew, in the order of the names. */
function canonicalQuery(query: string): string {
  const encoded = (text: string) =>
    encodeURIComponent(text).replaceAll(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  return [...new URLSearchParams(query)]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');
}
