/** Where files lie: a bucket of an S3-compatible store, and as whom we come. */
export interface S3Place {
  /** Origin of the store. Nothing else is ever asked. */
  endpoint: string;
  bucket: string;
  /** What the names of all our objects begin with: empty, or with a slash at the end. */
  prefix: string;
  region: string;
  /** Whether the bucket stands in the path or in the host's name. */
  style: 'path' | 'host';
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
}

const EXPECTED =
  's3://bucket/prefix?region=eu-central-1 for AWS, or s3://bucket/prefix?endpoint=https://store.example:9000 for another store';
const isBucket = (text: string) => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(text);
const isPrefix = (text: string) => text === '' || /^[A-Za-z0-9._-]+(\/[A-Za-z0-9._-]+)*$/.test(text);
const isRegion = (text: string) => /^[a-z0-9-]{2,40}$/.test(text);
const OPTIONS = new Set(['endpoint', 'region', 'style']);

type Given = (name: string) => string | undefined;
type Wrong = (name: string, was: string, expected: string) => void;

/**
 * Reads `FILES_URL` and the usual names of the credentials.
 *
 * @param wrong is told what cannot be used; secrets are never repeated
 * @returns undefined where files lie on the disk, or something is wrong
 */
export function readS3Place(given: Given, wrong: Wrong): S3Place | undefined {
  const text = given('FILES_URL');
  if (text === undefined) return undefined;
  const problems: [name: string, was: string, expected: string][] = [];
  const no = (was: string, expected = EXPECTED) => void problems.push(['FILES_URL', was, expected]);

  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 's3:') {
    wrong('FILES_URL', 'is no address of a bucket', EXPECTED);
    return undefined;
  }
  // Whoever writes credentials into it means well; an address is shown and logged, so they are not taken from it.
  if (url.username !== '' || url.password !== '') {
    no('holds credentials', 'them in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  }
  const bucket = url.host;
  if (!isBucket(bucket)) no(`names the bucket "${bucket}"`, 'a name of 3 to 63 of a–z 0–9 . -');
  const prefix = url.pathname.replace(/^\/|\/$/g, '');
  if (!isPrefix(prefix) || prefix.split('/').some((part) => /^\.+$/.test(part))) {
    no('has a prefix with odd characters', 'names of A–Z a–z 0–9 . _ - with slashes between them');
  }
  for (const name of url.searchParams.keys()) {
    if (!OPTIONS.has(name)) no(`has the option "${name.slice(0, 40)}"`, 'endpoint, region and style only');
  }
  const endpoint = url.searchParams.get('endpoint') ?? undefined;
  if (endpoint !== undefined && !isEndpoint(endpoint)) {
    no(
      'has an endpoint that is no origin',
      'one such as https://store.example:9000, without path, user or final slash',
    );
  }
  const region = url.searchParams.get('region') ?? (endpoint === undefined ? undefined : 'us-east-1');
  if (region === undefined) no('names no region', 'region=…, as AWS calls it; or endpoint=… of another store');
  else if (!isRegion(region)) no(`names the region "${region.slice(0, 40)}"`, 'one such as eu-central-1');
  const style = url.searchParams.get('style') ?? (endpoint === undefined ? 'host' : 'path');
  if (style !== 'path' && style !== 'host') no('has an odd style', 'style=path or style=host');

  const credential = (name: string) => {
    const value = given(name);
    if (value === undefined) problems.push([name, 'is not set', 'it, as FILES_URL is set']);
    else if (!/^[\x21-\x7e]+$/.test(value))
      problems.push([name, 'has characters that no key has', 'it as it was issued']);
    return value ?? '';
  };
  const accessKeyId = credential('AWS_ACCESS_KEY_ID');
  const secretAccessKey = credential('AWS_SECRET_ACCESS_KEY');
  const sessionToken = given('AWS_SESSION_TOKEN');

  for (const problem of problems) wrong(...problem);
  if (problems.length > 0 || region === undefined) return undefined;
  return {
    endpoint: endpoint ?? `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`,
    bucket,
    prefix: prefix === '' ? '' : `${prefix}/`,
    region,
    style: style === 'host' ? 'host' : 'path',
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
  };
}

function isEndpoint(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return (url?.protocol === 'https:' || url?.protocol === 'http:') && url.origin === text;
}

/** Of one object, or with an empty key of the bucket. */
export function urlOf(
  { endpoint, bucket, style }: S3Place,
  key: string,
  query: Readonly<Record<string, string>>,
): string {
  const url = new URL(endpoint);
  if (style === 'host') url.hostname = `${bucket}.${url.hostname}`;
  const parts = style === 'host' ? [key] : [bucket, ...(key === '' ? [] : [key])];
  url.pathname = `/${parts.join('/')}`;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}
