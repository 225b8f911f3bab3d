import { id, type DlgId, type Instant, type Urole, type UserId } from '@trialogue/protocol';

import type { DeskRecord, Listed, Status } from './listed.ts';

const member = (userId: string, name: string, urole: Urole) => ({
  userId: id<UserId>(userId),
  name,
  urole,
  avatar: '',
});
export const ada = member('ada', 'Ada 林小雨', 'user');
const bo = member('bo', 'Bo 青禾茶铺', 'merchant');
export const cy = member('cy', 'Cy 客服小陈', 'service');

export const noon: Instant = new Date(2026, 10, 20, 12).getTime();

interface Told {
  status?: Status;
  assignee?: UserId | null;
  waiting?: [DeskRecord['waiting'][number]['urole'], Instant][];
  updatedAt?: Instant;
  unread?: number;
  agents?: string[];
}

/** A conversation as `getDlgPage` lists it for an agent: for tests and the gallery. */
export const listed = (
  name: string,
  { status = 'open', assignee = null, waiting = [], updatedAt = noon, unread = 0, agents = ['cy'] }: Told = {},
): Listed => ({
  dlgId: id<DlgId>(name.replaceAll(/\W/g, '-')),
  dlgKey: '',
  name,
  unread,
  lastSeq: 0,
  readSeq: 0,
  lastMessage: null,
  members: [ada, bo, ...agents.map((agent) => member(agent, agent, 'service'))],
  updatedAt,
  desk: { status, assignee, waiting: waiting.map(([urole, since]) => ({ urole, since })), calledAt: null },
});
