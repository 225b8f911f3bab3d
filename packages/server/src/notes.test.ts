import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { open as unseal, seal } from '@trialogue/crypto';
import { SUBPROTOCOL } from '@trialogue/protocol';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';

import { readConfig, type Config } from './config.ts';
import { startNode, type Node } from './node.ts';
import { silentLogger } from './ops/log.ts';

// A whole server starts for each test, and what must not come is waited for.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

interface Lane {
  dlgId: string;
  dlgKey: string;
}

let dir: string;
let node: Node;
let config: Config;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'trialogue-notes-'));
  config = readConfig({ DATA_DIR: dir, PORT: '0', DEMO: '1' });
  node = await startNode(config, { logger: silentLogger });
  const platform = (what: string, body: unknown) => ask(what, config.app.secret, body);
  await platform('PUT /platform/v1/users/eve', { name: 'Eve', urole: 'service' });
  await platform('PUT /platform/v1/users/robo', { name: 'Robo', urole: 'bot' });
  await platform('POST /platform/v1/groups/tea/members', { members: [{ userId: 'eve' }, { userId: 'robo' }] });
});
afterEach(async () => {
  await node.close();
  rmSync(dir, { recursive: true, force: true });
});

async function ask(what: string, as: string, body?: unknown) {
  const [method = '', path = ''] = what.split(' ');
  const answer = await fetch(`${node.origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${as}`, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { text: await answer.clone().text(), json: (await answer.json()) as { data: never; error?: string } };
}

/** Somebody with a socket that has the conversation open, and every byte that came over it. */
async function person(uid: string) {
  const signedIn = await ask(`POST /platform/v1/users/${uid}/tokens`, config.app.secret, {});
  const { token } = signedIn.json.data as { token: string };
  const ws = new WebSocket(`${node.origin.replace('http', 'ws')}/ws`, SUBPROTOCOL);
  const raw: string[] = [];
  const say = (frame: object) => ws.send(JSON.stringify(frame));
  ws.on('message', (data) => raw.push((data as Buffer).toString()));
  const heard = (part: string) => vi.waitFor(() => expect(raw.join('\n')).toContain(part));
  await heard('"hello"');
  say({ op: 'bind', token, uid });
  await heard('"bound"');
  say({ op: 'open', id: 1, dlgId: 'tea' });
  await heard('"opened"');
  return { uid, token, ws, raw, say, heard, ask: (what: string, body?: unknown) => ask(what, token, body) };
}
type Person = Awaited<ReturnType<typeof person>>;

const noteOf = (by: Person, lane: Lane, text: string, clientMsgId: string) => ({
  op: 'send',
  dlgId: lane.dlgId,
  clientMsgId,
  content: seal(JSON.stringify({ type: 'text', text }), { ...lane, fromuid: by.uid, clientMsgId }),
});

test('on the wire nobody but customer service ever gets a byte of the notes, nor learns that there are any', async () => {
  const [ada, bo, robo] = [await person('ada'), await person('bo'), await person('robo')];
  const [cy, eve] = [await person('cy'), await person('eve')];
  const lane = (await cy.ask('POST /api/v1/conversations/tea/notes')).json.data as Lane;
  expect((await eve.ask('POST /api/v1/conversations/tea/notes')).json.data).toMatchObject({ dlgId: lane.dlgId });

  for (const agent of [cy, eve]) {
    agent.say({ op: 'open', id: 2, dlgId: lane.dlgId });
    await agent.heard('"id":2');
  }
  cy.say({ op: 'typing', dlgId: lane.dlgId, isTyping: true });
  await eve.heard('"typing"');
  cy.say(noteOf(cy, lane, 'do not tell them', 'n1'));
  await eve.heard('"n1"');
  const line = eve.raw.find((frame) => frame.includes('"n1"')) ?? '';
  expect(unseal((JSON.parse(line) as { content: string }).content, lane.dlgId, lane.dlgKey)).toContain('do not tell');
  eve.say({ op: 'read', dlgId: lane.dlgId, seq: 1 });
  await cy.heard('"readSeq":1');

  // By the way in that everybody has: a file, a list, the members, the transcript's place in a group.
  const form = new FormData();
  form.set('file', new Blob(['x']), 'note.txt');
  const uploaded = await fetch(`${node.origin}/api/v1/conversations/${lane.dlgId}/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${cy.token}` },
    body: form,
  });
  const { fileId } = ((await uploaded.json()) as { data: { fileId: string } }).data;

  for (const other of [ada, bo, robo]) {
    const tried = async (dlgId: string) => {
      const answers: unknown[] = [];
      for (const [id, frame] of [
        [7, { op: 'open' }],
        [8, { op: 'history' }],
      ] as const) {
        const before = other.raw.length;
        other.say({ ...frame, id, dlgId });
        await vi.waitFor(() => expect(other.raw.slice(before).some((each) => each.includes(`"id":${id}`))).toBe(true));
        answers.push(other.raw.slice(before).find((each) => each.includes(`"id":${id}`)));
      }
      for (const what of [
        `GET /api/v1/conversation?groupId=${dlgId}`,
        `GET /api/v1/conversations/${dlgId}/messages`,
        `GET /api/v1/conversations/${dlgId}/members`,
        `GET /api/v1/conversations/${dlgId}/files/${fileId}`,
        `POST /api/v1/conversations/${dlgId}/notes`,
        `POST /api/v1/conversations/${dlgId}/join`,
        `POST /api/v1/conversations/${dlgId}/service`,
        `GET /api/v1/conversations/${dlgId}/customer`,
      ]) {
        answers.push({ ...(await other.ask(what)).json, requestId: '' });
      }
      other.say({ op: 'typing', dlgId, isTyping: true });
      other.say({ op: 'read', dlgId, seq: 1 });
      return answers;
    };
    expect(await tried(lane.dlgId)).toEqual(await tried('no-such-lane'));
    const lists = await other.ask('GET /api/v1/conversations');
    const file = await other.ask(`GET /api/v1/conversations/tea/files/${fileId}`);
    expect(lists.text + file.text).not.toContain(lane.dlgId);
    expect(file.json.error).toBe('file.not_found');
  }

  // A later frame that reaches everybody shows that nothing was still on its way.
  const { dlgKey } = (await cy.ask('GET /api/v1/conversation?groupId=tea')).json.data as { dlgKey: string };
  cy.say(noteOf(cy, { dlgId: 'tea', dlgKey }, 'hello', 'm1'));
  for (const other of [ada, bo, robo]) {
    await other.heard('"m1"');
    expect(other.raw.join('\n')).not.toContain(lane.dlgId);
    expect(other.raw.join('\n')).not.toContain('"n1"');
  }
  for (const who of [ada, bo, robo, cy, eve]) who.ws.terminate();
});

test('an agent who leaves gets nothing more of the notes, over a socket that stays', async () => {
  const [cy, eve] = [await person('cy'), await person('eve')];
  const lane = (await eve.ask('POST /api/v1/conversations/tea/notes')).json.data as Lane;
  for (const agent of [cy, eve]) {
    agent.say({ op: 'open', id: 2, dlgId: lane.dlgId });
    await agent.heard('"id":2');
  }
  expect((await eve.ask('POST /api/v1/conversations/tea/leave')).json).toMatchObject({ code: 0 });
  await eve.heard(`{"op":"left","dlgId":"${lane.dlgId}"}`);
  await eve.heard(`{"op":"left","dlgId":"tea"}`);
  const before = eve.raw.length;
  const renewed = (await cy.ask('POST /api/v1/conversations/tea/notes')).json.data as Lane;
  expect(renewed.dlgKey).not.toBe(lane.dlgKey);
  await cy.heard(`"op":"key","dlgId":"${lane.dlgId}"`);
  cy.say(noteOf(cy, renewed, 'she is gone', 'n1'));
  await cy.heard('"ack"');
  eve.say({ op: 'history', id: 3, dlgId: lane.dlgId });
  await eve.heard('"refused"');
  expect(eve.raw.slice(before)).toHaveLength(1);
  for (const who of [cy, eve]) who.ws.terminate();
});
