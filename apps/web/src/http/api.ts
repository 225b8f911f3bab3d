import type { DlgId, FileId, Seq, UserId } from '@trialogue/protocol';
import type { Api, BodyOf, ClientApi, DataOf, DemoApi, Envelope, QueryOf } from '@trialogue/protocol/api';

// The interceptors.
import './index.ts';
import { answerTo, askAhead } from './ahead.ts';
import { axios, type Ask as Config } from './axios.ts';

/**
 * One function per operation of the client API, under its `operationId`, and those of the demo platform.
 * Method, path, question and answer are checked against the table of operations, which only gives its types here.
 *
 * All of them: @throws {ApiRefused} when the server says no; an AskFailed when no answer came.
 */
export const getConfig = (query: QueryOf<ClientApi['getConfig']> = {}) =>
  client<'getConfig'>('GET', '/config', { params: query });

export const createSession = (body: BodyOf<ClientApi['createSession']>) =>
  client<'createSession'>('POST', '/session', { data: body, keepSession: true });

/** @public for integrators' code; `renew.ts` asks below this layer. */
export const refreshSession = (refreshToken: string) =>
  client<'refreshSession'>('POST', '/session/refresh', { data: { refreshToken }, keepSession: true });

export const logout = () => client<'logout'>('DELETE', '/session', { keepSession: true });

export const getConversation = (groupId: DlgId, config?: Settings) =>
  client<'getConversation'>('GET', '/conversation', { ...config, params: { groupId } });

export const getDlgPage = (query: QueryOf<ClientApi['getDlgPage']> = {}, config?: Settings) =>
  client<'getDlgPage'>('GET', '/conversations', { ...config, params: query });

export const getMsgPage = (dlgId: DlgId, query: QueryOf<ClientApi['getMsgPage']> = {}) =>
  answerTo(pageOf(dlgId, query), () =>
    client<'getMsgPage'>('GET', '/conversations/:dlgId/messages', { at: { dlgId }, params: query }),
  );

export const getMemberList = (dlgId: DlgId) =>
  answerTo(membersOf(dlgId), () => client<'getMemberList'>('GET', '/conversations/:dlgId/members', { at: { dlgId } }));

/** Asks ahead what the conversation will ask as soon as its part of the program is there. */
export const expectMsgPage = (dlgId: DlgId, query: QueryOf<ClientApi['getMsgPage']>) =>
  askAhead(pageOf(dlgId, query), getMsgPage(dlgId, query));
export const expectMembers = (dlgId: DlgId) => askAhead(membersOf(dlgId), getMemberList(dlgId));

const pageOf = (dlgId: DlgId, query: object) => `messages ${dlgId} ${JSON.stringify(query)}`;
const membersOf = (dlgId: DlgId) => `members ${dlgId}`;

/** @public for integrators' code; the page sends over the socket. */
export const sendMsg = (dlgId: DlgId, body: BodyOf<ClientApi['sendMsg']>) =>
  client<'sendMsg'>('POST', '/conversations/:dlgId/messages', { at: { dlgId }, data: body });

/** @public for integrators' code; the page marks over the socket. */
export const markRead = (dlgId: DlgId, seq: Seq) =>
  client<'markRead'>('POST', '/conversations/:dlgId/read', { at: { dlgId }, data: { seq } });

export const recallMsg = (dlgId: DlgId, seq: Seq) =>
  client<'recallMsg'>('POST', '/conversations/:dlgId/messages/:seq/recall', { at: { dlgId, seq } });

export function uploadFile(
  dlgId: DlgId,
  file: Blob,
  name: string,
  { signal, heard }: { signal?: AbortSignal; heard?: (share: number) => void } = {},
) {
  const form = new FormData();
  form.append('file', file, name);
  return client<'uploadFile'>('POST', '/conversations/:dlgId/files', {
    at: { dlgId },
    data: form,
    // A large file over a slow line takes what it takes; the user can cancel.
    timeout: 0,
    ...(signal && { signal }),
    ...(heard && { onUploadProgress: ({ loaded, total }) => heard(total ? loaded / total : 0) }),
  });
}

export async function downloadFile(
  dlgId: DlgId,
  fileId: FileId,
  signal?: AbortSignal,
  heard?: (share: number) => void,
): Promise<Blob> {
  const answer = await axios.request<Blob>({
    url: `/api/v1/conversations/${encodeURIComponent(dlgId)}/files/${encodeURIComponent(fileId)}`,
    responseType: 'blob',
    timeout: 0,
    ...(signal && { signal }),
    ...(heard && { onDownloadProgress: ({ loaded, total }) => heard(total ? loaded / total : 0) }),
  });
  return answer.data;
}

/** Calls that came for customer service and nobody has answered. For customer service. */
export const getQueue = (query: QueryOf<ClientApi['getQueue']> = {}, config?: Settings) =>
  client<'getQueue'>('GET', '/queue', { ...config, params: query });

/** Of each list of the desk, how long it is. */
export const getDeskCounts = () => client<'getDeskCounts'>('GET', '/desk/counts');

export const patchDesk = (dlgId: DlgId, body: BodyOf<ClientApi['patchDesk']>) =>
  client<'patchDesk'>('PATCH', '/conversations/:dlgId/desk', { at: { dlgId }, data: body });

export const callService = (dlgId: DlgId) =>
  client<'callService'>('POST', '/conversations/:dlgId/service', { at: { dlgId } });

/** Where a call for customer service stands. */
export const getService = (dlgId: DlgId) =>
  client<'getService'>('GET', '/conversations/:dlgId/service', { at: { dlgId } });

/** A shopper has come. */
export const visitConversation = (dlgId: DlgId) =>
  client<'visitConversation'>('POST', '/conversations/:dlgId/visits', { at: { dlgId } });

export const getOrderActions = (dlgId: DlgId) =>
  client<'getOrderActions'>('GET', '/conversations/:dlgId/order-actions', { at: { dlgId } });

export const joinConversation = (dlgId: DlgId) =>
  client<'joinConversation'>('POST', '/conversations/:dlgId/join', { at: { dlgId } });

export const leaveConversation = (dlgId: DlgId) =>
  client<'leaveConversation'>('POST', '/conversations/:dlgId/leave', { at: { dlgId } });

export const openNotes = (dlgId: DlgId) =>
  client<'openNotes'>('POST', '/conversations/:dlgId/notes', { at: { dlgId } });

export const getCustomer = (dlgId: DlgId, config?: Settings) =>
  client<'getCustomer'>('GET', '/conversations/:dlgId/customer', { ...config, at: { dlgId } });

export const listReplies = (config?: Settings) => client<'listReplies'>('GET', '/replies', config);

export const putReply = (replyId: string, body: BodyOf<ClientApi['putReply']>) =>
  client<'putReply'>('PUT', '/replies/:replyId', { at: { replyId }, data: body });

export const removeReply = (replyId: string) =>
  client<'removeReply'>('DELETE', '/replies/:replyId', { at: { replyId } });

export const getCast = () => demo<'getCast'>('GET', '/cast');

export const signIn = (userId: UserId) => demo<'signIn'>('POST', '/sign-in', { data: { userId }, keepSession: true });

export const createDemoGroup = (body: BodyOf<DemoApi['createDemoGroup']>) =>
  demo<'createDemoGroup'>('POST', '/groups', { data: body });

type Settings = Pick<Config, 'keepSession' | 'signal'>;
type Ask = Config & { at?: Readonly<Record<string, string | number>> };

export const client = <Name extends keyof ClientApi>(
  method: ClientApi[Name]['method'],
  path: ClientApi[Name]['path'],
  ask?: Ask,
) => request<ClientApi[Name]>('/api/v1', method, path, ask);

const demo = <Name extends keyof DemoApi>(method: DemoApi[Name]['method'], path: DemoApi[Name]['path'], ask?: Ask) =>
  request<DemoApi[Name]>('/demo/v1', method, path, ask);

async function request<Op extends Api[string]>(
  prefix: string,
  method: string,
  path: string,
  { at = {}, ...config }: Ask = {},
): Promise<DataOf<Op>> {
  const url = prefix + path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(at[name])));
  const answer = await axios.request<Extract<Envelope<DataOf<Op>>, { code: 0 }>>({ ...config, method, url });
  return answer.data.data;
}
