import { expect, test } from 'vitest';

import { wrongWith } from './signature.ts';

/** The examples that AWS publishes with the specification, with the keys it made up for them. */
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
};
const now = Date.parse('2013-05-24T00:00:00Z');
const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const authorization = (signedHeaders: string, signature: string) =>
  `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${signature}`;
const common = {
  host: 'examplebucket.s3.amazonaws.com',
  'x-amz-date': '20130524T000000Z',
  'x-amz-content-sha256': empty,
};

const getObject = {
  method: 'GET',
  target: '/test.txt',
  headers: {
    ...common,
    range: 'bytes=0-9',
    authorization: authorization(
      'host;range;x-amz-content-sha256;x-amz-date',
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ),
  },
};
const putObject = {
  method: 'PUT',
  target: '/test%24file.text',
  headers: {
    ...common,
    date: 'Fri, 24 May 2013 00:00:00 GMT',
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
    authorization: authorization(
      'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ),
  },
};
const getLifecycle = {
  method: 'GET',
  target: '/?lifecycle',
  headers: {
    ...common,
    authorization: authorization(
      'host;x-amz-content-sha256;x-amz-date',
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ),
  },
};
const listObjects = {
  method: 'GET',
  target: '/?max-keys=2&prefix=J',
  headers: {
    ...common,
    authorization: authorization(
      'host;x-amz-content-sha256;x-amz-date',
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ),
  },
};
const nothing = new Uint8Array();
const welcome = Buffer.from('Welcome to Amazon S3.');

test.for([
  ['GET object', getObject, nothing],
  ['PUT object', putObject, welcome],
  ['GET bucket lifecycle', getLifecycle, nothing],
  ['GET bucket, list objects', listObjects, nothing],
] as const)('the published example "%s" is right', ([, request, body]) => {
  expect(wrongWith(request, body, credentials, now)).toBeUndefined();
});

test('everything that is signed counts', () => {
  const changed = (more: object, headers: object = {}) => ({
    ...getObject,
    ...more,
    headers: { ...getObject.headers, ...headers },
  });
  const wrong = (request: typeof getObject, body = nothing, at = now) => wrongWith(request, body, credentials, at);
  expect(wrong(changed({ method: 'DELETE' }))).toBe('SignatureDoesNotMatch');
  expect(wrong(changed({ target: '/other.txt' }))).toBe('SignatureDoesNotMatch');
  expect(wrong(changed({ target: '/test.txt?acl' }))).toBe('SignatureDoesNotMatch');
  expect(wrong(changed({}, { range: 'bytes=0-99' }))).toBe('SignatureDoesNotMatch');
  expect(wrong(changed({}, { host: 'other.test' }))).toBe('SignatureDoesNotMatch');
  expect(wrong(changed({}, { 'x-amz-acl': 'public-read' }))).toBe('AccessDenied');
  expect(wrong(changed({}, { authorization: undefined }))).toBe('AccessDenied');
  expect(wrong(getObject, welcome)).toBe('XAmzContentSHA256Mismatch');
  expect(wrong(getObject, nothing, now + 16 * 60_000)).toBe('RequestTimeTooSkewed');
  expect(wrongWith(getObject, nothing, { ...credentials, accessKeyId: 'OTHER' }, now)).toBe('InvalidAccessKeyId');
  expect(wrongWith(getObject, nothing, { ...credentials, region: 'eu-west-1' }, now)).toBe(
    'AuthorizationHeaderMalformed',
  );
  const { secretAccessKey } = credentials;
  const other = { ...credentials, secretAccessKey: secretAccessKey.toLowerCase() };
  expect(wrongWith(getObject, nothing, other, now)).toBe('SignatureDoesNotMatch');
});
