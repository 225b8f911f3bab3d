import type { Instant, Seq } from '@trialogue/protocol';

import { NEVER } from '../connection/clock.ts';

/** Receipts are told at most this often: they are watermarks, the last one says it all. */
const COALESCE_MS = 300;

/** How far this user has come in a conversation: what to tell, and what has been told on this socket. */
export interface Marks {
  delivered: Seq;
  read: Seq;
  toldDelivered: Seq;
  toldRead: Seq;
  /** When to tell next. */
  dueAt: Instant;
}

export const noMarks: Marks = { delivered: 0, read: 0, toldDelivered: 0, toldRead: 0, dueAt: NEVER };

/** Raises a mark; it never falls. */
export function raise(marks: Marks, which: 'delivered' | 'read', seq: Seq, now: Instant): Marks {
  return seq > marks[which] ? due({ ...marks, [which]: seq }, now) : marks;
}

/** A new socket: what was told on the old one may not have arrived. */
export const untold = (marks: Marks, readSeq: Seq, now: Instant): Marks =>
  due({ ...marks, toldDelivered: 0, toldRead: readSeq }, now);

export const told = (marks: Marks): Marks => ({
  ...marks,
  toldDelivered: marks.delivered,
  toldRead: Math.max(marks.read, marks.toldRead),
  dueAt: NEVER,
});

function due(marks: Marks, now: Instant): Marks {
  const isNews = marks.delivered > marks.toldDelivered || marks.read > marks.toldRead;
  return { ...marks, dueAt: isNews ? Math.min(marks.dueAt, now + COALESCE_MS) : NEVER };
}
