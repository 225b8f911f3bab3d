import { describe, expect, test } from 'vitest';

import { clientApi, demoApi, platformApi, type Api } from './index.ts';

const apis: [string, Api][] = [
  ['client API', clientApi],
  ['platform API', platformApi],
  ['demo API', demoApi],
];

describe.for(apis)('%s', ([, api]) => {
  const operations = Object.entries(api);

  test('no two operations have one route', () => {
    const routes = operations.map(([, { method, path }]) => `${method} ${path.replaceAll(/:\w+/g, ':')}`);
    expect(new Set(routes).size).toBe(routes.length);
  });

  test.for(operations)('%s: the path names exactly its params', ([, { path, params }]) => {
    const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
    expect(Object.keys(params?.fields ?? {})).toEqual(named);
  });

  test.for(operations)('%s: says in a sentence what it is for', ([, { summary }]) => {
    expect(summary).toMatch(/^[A-Z`].*\.$/);
  });

  test.for(operations)('%s: a GET has no body', ([, { method, body }]) => {
    if (method === 'GET') expect(body).toBeUndefined();
  });
});

test('operations are named once over all, as function names are', () => {
  const names = apis.flatMap(([, api]) => Object.keys(api));
  expect(new Set(names).size).toBe(names.length);
});

test('every row of the contract is there', () => {
  const routes = (api: Api) => Object.entries(api).map(([name, { method, path }]) => `${name} ${method} ${path}`);
  expect(routes(clientApi)).toEqual(
    expect.arrayContaining([
      'createSession POST /session',
      'refreshSession POST /session/refresh',
      'logout DELETE /session',
      'getConversation GET /conversation',
      'getDlgPage GET /conversations',
      'getMsgPage GET /conversations/:dlgId/messages',
      'getMemberList GET /conversations/:dlgId/members',
      'sendMsg POST /conversations/:dlgId/messages',
      'markRead POST /conversations/:dlgId/read',
      'recallMsg POST /conversations/:dlgId/messages/:seq/recall',
      'uploadFile POST /conversations/:dlgId/files',
    ]),
  );
  expect(routes(platformApi)).toEqual(
    expect.arrayContaining([
      'putUser PUT /users/:userId',
      'createToken POST /users/:userId/tokens',
      'revokeTokens DELETE /users/:userId/tokens',
      'createGroup POST /groups',
      'createLink POST /groups/:groupId/links',
      'addMembers POST /groups/:groupId/members',
      'removeMember DELETE /groups/:groupId/members/:userId',
      'postMessage POST /groups/:groupId/messages',
      'getTranscript GET /groups/:groupId/transcript',
    ]),
  );
});
