import type { UserId } from '@trialogue/protocol';

import { isShown, type Entry } from '../../components/ChatList/rows.ts';
import type { Pending } from './pending.ts';
import type { Line } from './timeline.ts';

const known = new WeakMap<Line, Entry>();

const keyOf = (userId: UserId, clientMsgId: string): string => `${userId} ${clientMsgId}`;

/** What the list shows: the run, then our own messages that are not in it yet. */
export function entriesOf(run: readonly Line[], pending: readonly Pending[], me: UserId): Entry[] {
  const entries = run.filter(isShown).map(entryOf);
  if (pending.length === 0) return entries;
  const stored = new Set(run.filter(({ fromuid }) => fromuid === me).map(({ clientMsgId }) => clientMsgId));
  const waiting = pending.filter(({ clientMsgId }) => !stored.has(clientMsgId));
  return [
    ...entries,
    ...heldTogether(waiting).map((one) => ({
      ...one,
      key: keyOf(me, one.clientMsgId),
      seq: undefined,
      fromuid: me,
      recalled: false,
    })),
  ];
}

/** They go out in order: what the first of those that wait is held back for, holds back all of them. */
function heldTogether(waiting: readonly Pending[]): readonly Pending[] {
  const held = waiting.find(({ state, error }) => state === 'queued' && error !== undefined);
  if (!held) return waiting;
  return waiting.map((one) => (one.state === 'queued' ? { ...one, error: held.error, until: held.until } : one));
}

/** The same entry for the same line, so that a row is drawn anew only when it changed. */
function entryOf(line: Line): Entry {
  const there = known.get(line);
  if (there) return there;
  const entry: Entry = { ...line, key: keyOf(line.fromuid, line.clientMsgId), state: 'sent' };
  known.set(line, entry);
  return entry;
}
