import type { ClientMsgId, Message, Payload, Seq, UnknownPayload, UserId } from '@trialogue/protocol';

import type { Entry } from '../../components/ChatList/rows.ts';

/** A message that no key of ours opens, yet: its key may be on the way. */
export interface Unopened {
  type: 'unopened';
  sealed: Message;
}

export type Said = Payload | UnknownPayload | Unopened;

/** A stored message, opened. It is shown as it stands, unless another one says something about it (`fold.ts`). */
export interface Line extends Entry {
  seq: Seq;
}

/** What a row of the list is known by, from the first moment on screen, stored or not. */
export const keyOf = (userId: UserId, clientMsgId: ClientMsgId): string => `${userId} ${clientMsgId}`;

/**
 * What we hold of one conversation: a run of lines without a hole, and lines that came before their turn.
 *
 *        older pages ◄── [ from … run … next-1 ]  next?  · early ·
 */
export interface Timeline {
  run: readonly Line[];
  /** The seq that would carry the run on. None before the first page. */
  next: Seq | undefined;
  early: ReadonlyMap<Seq, Line>;
}

export const nothingYet: Timeline = { run: [], next: undefined, early: new Map() };

/** Begins with the newest page. `head` says where an empty conversation stands. */
export function begin(timeline: Timeline, page: readonly Line[], head: Seq): Timeline {
  const next = (page.at(-1)?.seq ?? head) + 1;
  return take({ run: [...page], next, early: timeline.early }, []);
}

/** Takes in lines, whenever and however often they come. A line that is there already is replaced: it was recalled. */
export function take({ run, next, early }: Timeline, lines: readonly Line[]): Timeline {
  const waiting = new Map(early);
  const first = run[0]?.seq ?? next;
  const kept = [...run];
  for (const line of lines) {
    if (first === undefined || next === undefined || line.seq >= next) waiting.set(line.seq, line);
    else if (line.seq >= first) kept[line.seq - first] = line;
  }
  if (next === undefined) return { run, next, early: waiting };
  let due = next;
  for (const seq of waiting.keys()) if (seq < due) waiting.delete(seq);
  for (let line = waiting.get(due); line; line = waiting.get(due)) {
    kept.push(line);
    waiting.delete(due);
    due += 1;
  }
  return { run: kept, next: due, early: waiting };
}

/** Puts an older page before the run. What does not touch it is of no use, and is dropped. */
export function prepend(timeline: Timeline, page: readonly Line[]): Timeline {
  const first = timeline.run[0]?.seq ?? timeline.next;
  const older = page.filter(({ seq }) => first !== undefined && seq < first);
  if (older.at(-1)?.seq !== (first ?? 0) - 1) return timeline;
  return { ...timeline, run: [...older, ...timeline.run] };
}

/** Tries again what could not be opened: a new key has come. */
export function reopened({ run, next, early }: Timeline, open: (sealed: Message) => Line): Timeline {
  const again = (line: Line): Line => (line.said.type === 'unopened' ? open(line.said.sealed) : line);
  return {
    run: run.map(again),
    next,
    early: new Map([...early].map(([seq, line]) => [seq, again(line)])),
  };
}

/** Where the first hole begins, as the `after` of a question for history. */
export const hole = ({ next, early }: Timeline): Seq | undefined =>
  next !== undefined && early.size > 0 ? next - 1 : undefined;
