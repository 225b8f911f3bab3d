import type { ServerFrame } from '@trialogue/protocol';

import { Failed } from '../check.ts';
import type { Group } from './group.ts';
import type { Person } from './person.ts';
import type { Socket } from './socket.ts';

/** How one attempt was answered: all that the asker could learn from it. */
export interface Turned {
  error: string | undefined;
  /** Everything but the id of the request. */
  whole: string;
}

/** Whether a frame tells anything of the conversation. */
export const mentions = (frame: ServerFrame, { dlgId }: { dlgId: string }): boolean =>
  JSON.stringify(frame).includes(dlgId);

/** Everything that somebody could try with a conversation, one after the other. */
export async function tryEverything(
  who: Person,
  socket: Socket,
  group: Group,
  { seq, fileId }: { seq: number; fileId: string },
): Promise<[string, Turned][]> {
  const { dlgId } = group;
  const draft = group.draft(who, 'let me in', `try-${seq}`);
  const all: [string, Turned][] = [];

  for (const op of ['open', 'history'] as const) {
    const id = socket.newId();
    socket.sayRaw(JSON.stringify({ op, id, dlgId }));
    const answer = await socket.next(`an answer to ${op}`, (frame) =>
      (frame as { id?: number }).id === id ? frame : undefined,
    );
    if (answer.op !== 'refused') throw new Failed(`${op} to be refused`, answer.op);
    all.push([op, { error: answer.error, whole: `${answer.error} ${answer.msg}` }]);
  }
  const sent = await group.offer(socket, draft);
  if (sent.op !== 'nack') throw new Failed('send to be refused', `ack at ${sent.seq}`);
  all.push(['send', { error: sent.error, whole: `${sent.error} ${sent.msg}` }]);
  for (const op of ['delivered', 'read', 'leave'])
    socket.sayRaw(JSON.stringify({ op, dlgId, ...(op !== 'leave' && { seq }) }));

  const form = new FormData();
  form.append('file', new Blob(['x'], { type: 'text/plain' }), 'x.txt');
  const ways: [string, string, string, unknown?][] = [
    ['getConversation', 'GET', `/conversation?groupId=${dlgId}`],
    ['getMsgPage', 'GET', `/conversations/${dlgId}/messages`],
    ['getMsgPage after', 'GET', `/conversations/${dlgId}/messages?after=0`],
    ['getMemberList', 'GET', `/conversations/${dlgId}/members`],
    ['sendMsg', 'POST', `/conversations/${dlgId}/messages`, { clientMsgId: draft.clientMsgId, content: draft.content }],
    ['markRead', 'POST', `/conversations/${dlgId}/read`, { seq }],
    ['recallMsg', 'POST', `/conversations/${dlgId}/messages/${seq}/recall`],
    ['uploadFile', 'POST', `/conversations/${dlgId}/files`, form],
    ['downloadFile', 'GET', `/conversations/${dlgId}/files/${fileId}`],
  ];
  return [...all, ...(await tryAll(who, ways))];
}

/** Everything of the desk, for whoever comes from outside. A server without one has no such routes, for any conversation. */
export const tryTheDesk = (who: Person, { dlgId }: Group): Promise<[string, Turned][]> =>
  tryAll(who, [
    ['patchDesk', 'PATCH', `/conversations/${dlgId}/desk`, { status: 'closed', note: 'x' }],
    ['callService', 'POST', `/conversations/${dlgId}/service`],
    ['joinConversation', 'POST', `/conversations/${dlgId}/join`],
    ['leaveConversation', 'POST', `/conversations/${dlgId}/leave`],
    ['openNotes', 'POST', `/conversations/${dlgId}/notes`],
    ['getCustomer', 'GET', `/conversations/${dlgId}/customer`],
  ]);

async function tryAll(
  who: Person,
  ways: readonly [what: string, method: string, path: string, body?: unknown][],
): Promise<[string, Turned][]> {
  const all: [string, Turned][] = [];
  for (const [what, method, path, body] of ways) {
    const { status, code, error, msg } = await who.ask(method, path, { body });
    all.push([what, { error: error ?? `HTTP ${status}, code ${code}`, whole: `${status} ${code} ${error} ${msg}` }]);
  }
  return all;
}
