import { clientFrame, serverFrame, type Shape } from '@trialogue/protocol';
import { clientApi, demoApi, platformApi, type Operation } from '@trialogue/protocol/api';
import { fromFrame, toFrame } from '@trialogue/protocol/host';
import { ada, mal, type tea } from '@trialogue/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { appSecret, openHttp, type Http } from './httpUnderTest.ts';

let at: Http;
beforeEach(async () => {
  at = await openHttp();
});
afterEach(() => at.close());

const sql = [
  "' OR '1'='1",
  "' OR 1=1 --",
  "'; DROP TABLE messages; --",
  "') UNION SELECT secret_wrapped, app_id FROM apps --",
  '" OR ""="',
  "x' AND (SELECT count(*) FROM conversations) > 0 --",
  '1; ATTACH DATABASE ":memory:" AS x',
  "%' ESCAPE '\\",
  '\\',
  '%',
  '_',
  '*',
  'tea" NEAR "tea',
  'name:tea OR 1',
  '＇ OR 1=1',
];

describe('what is looked for is a word, and nothing else (T22)', () => {
  test.for(sql)('%j finds nothing that is not so called', async (keyword) => {
    for (const person of [ada, mal]) {
      const as = await at.tokenOf(person);
      const { json } = await at.ask(`GET /api/v1/conversations?keyword=${encodeURIComponent(keyword)}`, { as });
      expect(json).toMatchObject({ code: 0, data: { total: 0, list: [] } });
    }
  });

  test.for(sql)('a group called %j is found by just that', async (name) => {
    await at.platform.createGroup(at.shopApp.appId, { groupId: 'odd' as typeof tea, name, members: [ada] });
    const as = await at.tokenOf(ada);
    const { json } = await at.ask(`GET /api/v1/conversations?keyword=${encodeURIComponent(name)}`, { as });
    expect(json).toMatchObject({ code: 0, data: { total: 1, list: [{ dlgId: 'odd', name }] } });
  });

  test.for(sql)('%j is no order, no filter and no id', async (odd) => {
    const as = await at.tokenOf(mal);
    const word = encodeURIComponent(odd);
    for (const query of [`page=${word}`, `size=${word}`, `filter=${word}`]) {
      expect((await at.ask(`GET /api/v1/conversations?${query}`, { as })).json).toMatchObject({ code: 1 });
    }
    const { json } = await at.ask(`GET /api/v1/conversation?groupId=${word}`, { as });
    expect(json).toMatchObject({ code: 1, error: odd === '_' ? 'conversation.not_member' : 'request.malformed' });
    const { text } = await at.ask('PUT /platform/v1/users/odd', { as: appSecret, body: { name: odd, urole: 'user' } });
    expect(JSON.parse(text)).toMatchObject({ code: 0, data: { name: odd } });
  });
});

test.for(['tea\u0000', '\u0000'])(
  '%j: a character at which a database may end a text is in none (T22)',
  async (odd) => {
    const as = await at.tokenOf(ada);
    const searched = await at.ask(`GET /api/v1/conversations?keyword=${encodeURIComponent(odd)}`, { as });
    expect(searched.json).toMatchObject({ code: 1, error: 'request.malformed' });
    for (const body of [
      { name: odd, urole: 'user' },
      { name: 'x', urole: 'user', custom: { deep: [{ [odd]: 1 }] } },
    ]) {
      const put = await at.ask('PUT /platform/v1/users/odd', { as: appSecret, body });
      expect(put).toMatchObject({ status: 400, json: { error: 'request.malformed' } });
      expect(put.json.msg).toContain('U+0000');
    }
  },
);

describe('no pattern of the wire or of HTTP can be made to think for long (T14)', () => {
  const found = new Map<string, string>();
  const walk = ({ kind }: Shape<unknown>): void => {
    if (kind.is === 'text' && kind.pattern !== undefined) found.set(kind.pattern, kind.pattern);
    if (kind.is === 'nullable' || kind.is === 'list') walk(kind.of);
    if (kind.is === 'record') Object.values(kind.fields).forEach(walk);
    if (kind.is === 'tagged') kind.variants.forEach(walk);
  };
  [clientFrame, serverFrame, toFrame, fromFrame].forEach((shape) => walk(shape));
  for (const api of [clientApi, platformApi, demoApi] as unknown as Record<string, Operation>[]) {
    for (const { params, query, headers, body, data } of Object.values(api)) {
      for (const shape of [params, query, headers, body, data]) if (shape && typeof shape !== 'string') walk(shape);
    }
  }

  test('there are patterns', () => expect(found.size).toBeGreaterThan(4));

  test.for([...found.values()])(
    '%s: nothing repeated stands inside something repeated, or beside its like',
    (pattern) => {
      const classes = pattern.replaceAll(/\[[^\]]*\]/g, 'c').replaceAll(/\\./g, 'e');
      expect(classes).not.toMatch(/\([^)]*[+*}][^)]*\)[+*{]/);
      expect(classes).not.toMatch(/c[+*]c[+*]|\.[+*]\.[+*]/);
    },
  );
});
