import type { DlgId, Instant } from '@trialogue/protocol';
import type { ClientApi, DataOf } from '@trialogue/protocol/api';

type Queued = DataOf<ClientApi['getQueue']>['list'][number];

/** A conversation as the desk lists it. */
export type Listed = DataOf<ClientApi['getDlgPage']>['list'][number] & {
  /** It has called for customer service: nobody is in it yet, so there is nothing to be read of it. */
  isQueued?: boolean;
};
export type DeskRecord = NonNullable<Listed['desk']>;
export type Status = DeskRecord['status'];

export const filters = ['all', 'mine', 'waiting', 'queue', 'open', 'pending', 'closed'] as const;
export type Filter = (typeof filters)[number];

export const queued = ({ dlgId, name, calledAt, members }: Queued): Listed => ({
  dlgId,
  dlgKey: '',
  name,
  unread: 0,
  lastSeq: 0,
  readSeq: 0,
  lastMessage: null,
  members,
  updatedAt: calledAt,
  desk: { status: 'open', assignee: null, waiting: [{ urole: 'user', since: calledAt }], calledAt },
  isQueued: true,
});

/** Since when somebody has waited for an answer of customer service; the one who has waited longest. */
function waitingSince({ desk }: Listed): Instant | undefined {
  if (!desk || desk.status === 'closed' || desk.waiting.length === 0) return undefined;
  return Math.min(...desk.waiting.map(({ since }) => since));
}

/** Who has waited longest comes first; then those where nobody waits, newest first. */
export function byNeed(one: Listed, other: Listed): number {
  const [mine, theirs] = [waitingSince(one), waitingSince(other)];
  if (mine !== undefined && theirs !== undefined && mine !== theirs) return mine - theirs;
  if ((mine === undefined) !== (theirs === undefined)) return mine === undefined ? 1 : -1;
  return other.updatedAt - one.updatedAt || (one.dlgId < other.dlgId ? -1 : 1);
}

/** The chosen one stays in sight, whatever became of it, until another one is chosen. */
export function shownRows(rows: readonly Listed[], chosen: Listed | undefined): Listed[] {
  const all = chosen && !rows.some(({ dlgId }) => dlgId === chosen.dlgId) ? [...rows, chosen] : rows;
  return all.toSorted(byNeed);
}

/** The one `by` places further; at the end of the list the last. Without a chosen one: the first. */
export function neighbour(rows: readonly Listed[], chosen: DlgId | undefined, by: 1 | -1): Listed | undefined {
  const at = rows.findIndex(({ dlgId }) => dlgId === chosen);
  return at < 0 ? rows[0] : rows[at + by];
}

/** Whom to turn to when the chosen one is done with: whoever comes after it, or else before it. */
export const afterDone = (rows: readonly Listed[], chosen: DlgId | undefined): Listed | undefined =>
  rows.length < 2 ? undefined : (neighbour(rows, chosen, 1) ?? neighbour(rows, chosen, -1));

export const shopperOf = ({ members }: Listed) => members.find(({ urole }) => urole === 'user');
