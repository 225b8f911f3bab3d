import { describe, expect, test } from 'vitest';

import { readS3Place, urlOf } from './place.ts';

const keys = { AWS_ACCESS_KEY_ID: 'AKCANARY', AWS_SECRET_ACCESS_KEY: 'secret+CANARY/key' };

function read(FILES_URL: string | undefined, env: Record<string, string | undefined> = keys) {
  const problems: string[] = [];
  const all: Record<string, string | undefined> = { ...env, FILES_URL };
  const place = readS3Place(
    (name) => all[name],
    (name, was, expected) => void problems.push(`${name} ${was}. Expected: ${expected}.`),
  );
  return { place, problems };
}

test('without FILES_URL files lie on the disk', () => {
  expect(read(undefined)).toEqual({ place: undefined, problems: [] });
});

test('AWS by its region, and any other store by its endpoint', () => {
  expect(read('s3://tea?region=eu-central-1').place).toEqual({
    endpoint: 'https://s3.eu-central-1.amazonaws.com',
    bucket: 'tea',
    prefix: '',
    region: 'eu-central-1',
    style: 'host',
    accessKeyId: 'AKCANARY',
    secretAccessKey: 'secret+CANARY/key',
  });
  expect(read('s3://tea?region=cn-north-1').place?.endpoint).toBe('https://s3.cn-north-1.amazonaws.com.cn');
  const minio = 's3://tea/shop/files/?endpoint=http://127.0.0.1:9000';
  expect(read(minio, { ...keys, AWS_SESSION_TOKEN: 'token' }).place).toMatchObject({
    endpoint: 'http://127.0.0.1:9000',
    prefix: 'shop/files/',
    region: 'us-east-1',
    style: 'path',
    sessionToken: 'token',
  });
});

test('the bucket stands in the path, or in the name of the host', () => {
  const at = (url: string) => {
    const { place } = read(url);
    return place && urlOf(place, `${place.prefix}ph/photo`, { uploadId: 'a+b/c=' });
  };
  expect(at('s3://tea/shop?endpoint=https://store.test')).toBe(
    'https://store.test/tea/shop/ph/photo?uploadId=a%2Bb%2Fc%3D',
  );
  expect(at('s3://tea/shop?endpoint=https://store.test&style=host')).toBe(
    'https://tea.store.test/shop/ph/photo?uploadId=a%2Bb%2Fc%3D',
  );
  const { place } = read('s3://tea?endpoint=https://store.test');
  expect(place && urlOf(place, '', {})).toBe('https://store.test/tea');
});

describe('it says what is wrong, and never a secret', () => {
  test.for<[string, RegExp]>([
    ['https://tea.test/CANARY', /FILES_URL is no address of a bucket\. Expected: s3:\/\/bucket\/prefix\?region/],
    ['CANARY', /FILES_URL is no address/],
    ['s3://me:CANARY@tea?region=eu-central-1', /FILES_URL holds credentials\. Expected: them in AWS_ACCESS_KEY_ID/],
    ['s3://te?region=eu-central-1', /names the bucket "te"/],
    ['s3://tea/a%20b?region=eu-central-1', /odd characters/],
    ['s3://tea/a//b?region=eu-central-1', /odd characters/],
    ['s3://tea', /names no region\. Expected: region=…/],
    ['s3://tea?region=EU', /names the region "EU"/],
    ['s3://tea?endpoint=store.test', /endpoint that is no origin/],
    ['s3://tea?endpoint=https://store.test/path', /endpoint that is no origin/],
    ['s3://tea?endpoint=https://u:CANARY@store.test', /endpoint that is no origin/],
    ['s3://tea?endpoint=file:///etc', /endpoint that is no origin/],
    ['s3://tea?region=eu-central-1&style=dns', /style=path or style=host/],
    ['s3://tea?region=eu-central-1&regoin=x', /has the option "regoin"/],
  ])('%s', ([url, says]) => {
    const { place, problems } = read(url);
    expect(place).toBeUndefined();
    expect(problems).toEqual([expect.stringMatching(says)]);
    expect(problems.join()).not.toContain('CANARY');
  });

  test('and all of it at once', () => {
    expect(read('s3://tea', {}).problems.map((problem) => problem.split(' ')[0])).toEqual([
      'FILES_URL',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
    ]);
    const spaced = { ...keys, AWS_SECRET_ACCESS_KEY: 'CANARY and a space' };
    const { problems } = read('s3://tea?region=eu-central-1', spaced);
    expect(problems).toEqual([expect.stringMatching(/^AWS_SECRET_ACCESS_KEY has characters that no key has/)]);
    expect(problems.join()).not.toContain('CANARY');
  });
});
