import type { ClientApi, DataOf, Envelope, PlatformApi, Session } from '@trialogue/protocol/api';
import { ada, bo } from '@trialogue/testkit';

import { person, type Person } from '../nodes/person.ts';

/** One conversation of Ada and Bo on a running server, and how one asks it over HTTP. */
export interface Shop {
  groupId: string;
  people: { token: string; dlgId: string; open(): Promise<Person> }[];
}

type Member = Shop['people'][number];

interface Asked {
  token?: string;
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
}

/** @throws {Error} with the name of the refusal */
export async function ask<T>(origin: string, method: string, path: string, asked: Asked = {}): Promise<T> {
  const { token, json, body } = asked;
  const answer = await fetch(`${origin}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...asked.headers,
    },
    body: json === undefined ? (body ?? null) : JSON.stringify(json),
  });
  const envelope = (await answer.json()) as Envelope<T>;
  if (envelope.code !== 0) throw new Error(`${method} ${path}: ${envelope.error}`);
  return envelope.data;
}

/** Ada and Bo are made, brought together and signed in, all by way of `origin`. */
export async function openShop(origin: string, appSecret: string): Promise<Shop> {
  const platform = <T>(method: string, path: string, json: unknown) =>
    ask<T>(origin, method, `/platform/v1${path}`, { token: appSecret, json });
  for (const { userId, name, urole } of [ada, bo]) await platform('PUT', `/users/${userId}`, { name, urole });
  const { groupId, links } = await platform<DataOf<PlatformApi['createGroup']>>('POST', '/groups', {
    name: 'Tea',
    members: [{ userId: ada.userId }, { userId: bo.userId }],
  });
  const people: Member[] = [];
  for (const { userId, name } of [ada, bo]) {
    const url = links.find((link) => link.userId === userId)?.url ?? '';
    const ticket = new URLSearchParams(new URL(url).hash.slice(1)).get('ticket') ?? '';
    const { token } = await ask<Session>(origin, 'POST', '/api/v1/session', { json: { groupId, userId, ticket } });
    const enter = () =>
      ask<DataOf<ClientApi['getConversation']>>(origin, 'GET', `/api/v1/conversation?groupId=${groupId}`, { token });
    const { dlgId } = await enter();
    people.push({ token, dlgId, open: async () => person(name, await enter(), async () => (await enter()).imToken) });
  }
  return { groupId, people };
}

/** A file for the conversation, in one request. */
export function upload(origin: string, { token, dlgId }: Member, bytes: Uint8Array<ArrayBuffer>) {
  const body = new FormData();
  body.append('file', new Blob([bytes]), 'tea.bin');
  return ask<DataOf<ClientApi['uploadFile']>>(origin, 'POST', `/api/v1/conversations/${dlgId}/files`, { token, body });
}

/** A file for the conversation, piece by piece; each goes to the next of the origins. */
export async function uploadInPieces(
  origins: readonly string[],
  { token, dlgId }: Member,
  bytes: Uint8Array<ArrayBuffer>,
  pieceBytes: number,
): Promise<string> {
  type Progress = DataOf<ClientApi['getUpload']>;
  const path = `/api/v1/conversations/${dlgId}/uploads`;
  const json = { name: 'tea.bin', mime: 'application/octet-stream', size: bytes.length };
  let progress = await ask<Progress>(origins[0] ?? '', 'POST', path, { token, json });
  for (let turn = 1; progress.file === undefined; turn++) {
    const { uploadId, offset } = progress;
    progress = await ask<Progress>(
      origins[turn % origins.length] ?? '',
      'PATCH',
      `${path}/${uploadId}?offset=${offset}`,
      {
        token,
        body: bytes.subarray(offset, offset + pieceBytes),
        headers: { 'content-type': 'application/octet-stream' },
      },
    );
  }
  return progress.file.fileId;
}

/** The status, and the bytes of a file that is there. */
export async function download(origin: string, { token, dlgId }: Member, fileId: string) {
  const answer = await fetch(`${origin}/api/v1/conversations/${dlgId}/files/${fileId}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: answer.status, bytes: Buffer.from(await answer.arrayBuffer()) };
}
