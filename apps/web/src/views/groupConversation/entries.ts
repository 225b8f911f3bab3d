import type { ClientMsgId, Seq, UserId } from '@trialogue/protocol';

import type { Entry } from '../../components/ChatList/rows.ts';
import { aboutOf, fold, isHidden, refOf } from './fold.ts';
import type { Pending } from './pending.ts';
import { keyOf, type Line, type Said } from './timeline.ts';

/** A run of lines without a hole, as it is shown. */
export interface Shown {
  /** Those that have a row, oldest first. */
  rows: readonly Line[];
  /** The message at a place, as it is shown; none where it is not at hand, or has no row. */
  at: (seq: Seq) => Line | undefined;
  /** Whether an own message is in it. */
  hasOwn: (clientMsgId: ClientMsgId) => boolean;
  /** What is known to be about a line, also one that is not in this run. */
  about: (line: Line) => readonly Line[];
}

/**
 * Folds a run that grows, again and again, at the cost of what has changed: what is known of the others stays. It gives
 * the same row for the same line, so that nothing is drawn twice.
 */
export function createFolding(
  me: UserId,
  /** What another run says about lines of this one. */
  elsewhere: (line: Line) => readonly Line[] = () => [],
): (run: readonly Line[]) => Shown {
  let held: readonly Line[] = [];
  let slots: (Line | undefined)[] = [];
  const bySeq = new Index<Seq>();
  const byRef = new Index<string>();
  const cards = new Index<string>();
  const own = new Set<ClientMsgId>();

  const first = () => held[0]?.seq ?? 0;
  const lineAt = (seq: Seq) => held[seq - first()];

  function note(line: Line, isThere: boolean, changed: Set<Seq>): void {
    changed.add(line.seq);
    if (line.fromuid === me) own[isThere ? 'add' : 'delete'](line.clientMsgId);
    const change = isThere ? 'add' : 'remove';
    const about = aboutOf(line);
    if (about && 'seq' in about) {
      bySeq[change](about.seq, line);
      changed.add(about.seq);
    } else if (about) {
      byRef[change](about.ref, line);
      for (const { seq } of cards.of(about.ref)) changed.add(seq);
    }
    const ref = refOf(line);
    if (ref !== undefined) cards[change](ref, line);
    // Whether these have a row of their own depends on what they are about.
    for (const { seq } of bySeq.of(line.seq)) changed.add(seq);
  }

  function slotOf(line: Line): Line | undefined {
    const target = aboutOf(line);
    if (isHidden(line, target && 'seq' in target ? lineAt(target.seq) : undefined)) return undefined;
    return fold(line, withoutRepeats([...about(line), ...elsewhere(line)]));
  }
  function about(line: Line): readonly Line[] {
    const ref = refOf(line);
    return ref === undefined ? bySeq.of(line.seq) : [...bySeq.of(line.seq), ...byRef.of(ref)];
  }

  const hasOwn = (clientMsgId: ClientMsgId) => own.has(clientMsgId);
  let shown: Shown = { rows: [], at: () => undefined, hasOwn, about };
  return (run) => {
    if (run === held) return shown;
    const changed = new Set<Seq>();
    const before = held;
    const moved = first() - (run[0]?.seq ?? 0);
    for (let at = Math.min(0, -moved); at < Math.max(before.length, run.length - moved); at++) {
      const [then, now] = [before[at], run[at + moved]];
      if (then === now) continue;
      if (then) note(then, false, changed);
      if (now) note(now, true, changed);
    }
    held = run;
    slots = moved === 0 ? slots : run.map((_, at) => slots[at - moved]);
    slots.length = run.length;
    const start = first();
    const rows = changed.size > MOST_PATCHES ? [] : shown.rows.slice();
    for (const seq of changed) {
      const line = lineAt(seq);
      const row = line && slotOf(line);
      if (line) slots[seq - start] = row;
      if (changed.size <= MOST_PATCHES) patch(rows, seq, row);
    }
    const now = slots;
    if (changed.size > MOST_PATCHES) for (const row of now) if (row) rows.push(row);
    shown = { rows, at: (seq) => now[seq - start], hasOwn, about };
    return shown;
  };
}

const withoutRepeats = (lines: readonly Line[]): readonly Line[] =>
  lines.length < 2 ? lines : [...new Map(lines.map((line) => [line.seq, line])).values()];

/** Where more has changed than this, all rows are put together anew. */
const MOST_PATCHES = 500;

/** Puts a row where it belongs, in place of what was there; none takes it away. */
function patch(rows: Line[], seq: Seq, row: Line | undefined): void {
  let [low, high] = [0, rows.length];
  if ((rows.at(-1)?.seq ?? 0) < seq) low = high;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  const isThere = rows[low]?.seq === seq;
  if (isThere && row) rows[low] = row;
  else if (isThere || row) rows.splice(low, isThere ? 1 : 0, ...(row ? [row] : []));
}

/** Lines by a name that several may share. */
class Index<Name> {
  readonly #lines = new Map<Name, Line[]>();
  of(name: Name): readonly Line[] {
    return this.#lines.get(name) ?? [];
  }
  add(name: Name, line: Line): void {
    const there = this.#lines.get(name);
    if (there) there.push(line);
    else this.#lines.set(name, [line]);
  }
  remove(name: Name, line: Line): void {
    const rest = this.of(name).filter((each) => each !== line);
    if (rest.length > 0) this.#lines.set(name, rest);
    else this.#lines.delete(name);
  }
}

/**
 * Our own messages that are not in the log yet stand behind all that is. Those about another message show in its row,
 * as they will once they are stored; when one has failed it stands by itself, so that it can be sent again.
 */
export function withPending(shown: Shown, pending: readonly Pending[], me: UserId): readonly Entry[] {
  const waiting = pending.filter(({ clientMsgId }) => !shown.hasOwn(clientMsgId));
  if (waiting.length === 0) return shown.rows;
  const own: Entry[] = [];
  const changes = new Map<Seq, Line[]>();
  for (const one of heldTogether(waiting)) {
    const line: Line = { ...one, key: keyOf(me, one.clientMsgId), seq: NEXT, fromuid: me, recalled: false };
    const about = aboutOf(line);
    const seq = about && 'seq' in about ? about.seq : undefined;
    const target = seq === undefined ? undefined : shown.at(seq);
    if (seq !== undefined && target && line.state !== 'failed') changes.set(seq, [...(changes.get(seq) ?? []), line]);
    if (!isHidden(line, target)) own.push({ ...line, seq: undefined });
    else if (line.state === 'failed') own.push({ ...line, seq: undefined, said: asText(line.said) });
  }
  if (changes.size === 0) return [...shown.rows, ...own];
  const rows = shown.rows.map((row) => {
    const about = changes.get(row.seq);
    return about ? fold(row, about) : row;
  });
  return [...rows, ...own];
}

/** Behind everything that is stored. */
const NEXT: Seq = Number.MAX_SAFE_INTEGER;

const asText = (said: Said): Said => (said.type === 'edit' ? { type: 'text', text: said.text } : said);

/** They go out in order: what the first of those that wait is held back for, holds back all of them. */
function heldTogether(waiting: readonly Pending[]): readonly Pending[] {
  const held = waiting.find(({ state, error }) => state === 'queued' && error !== undefined);
  if (!held) return waiting;
  return waiting.map((one) => (one.state === 'queued' ? { ...one, error: held.error, until: held.until } : one));
}
