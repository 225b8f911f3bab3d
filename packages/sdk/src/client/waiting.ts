import { open } from '@trialogue/crypto';
import type { DlgId, UserId } from '@trialogue/protocol';

import { attempt } from '../attempt.ts';
import { payloadOf } from '../conversation/received.ts';
import { failure, type Failure } from '../errors.ts';
import type { OutboxEvent, Waiting } from '../events.ts';
import {
  entryOf,
  expiryOf,
  find,
  hasFailed,
  isGoing,
  mayBeStored,
  merge,
  put,
  remove,
  type Entry,
  type Name,
  type Outbox,
} from '../outbox/outbox.ts';
import { takeReceipt, type Receipt } from '../timeline/receipts.ts';
import { sendKey, userOf, type ClientState, type News } from './state.ts';
import { settle, tell, want, type Tools, type Turn } from './turn.ts';

/** Tells what became of a message of this page: the application, and the other tabs. */
export function announce(turn: Turn, { dlgId, clientMsgId, content, at }: Entry, change: Change): void {
  const what: OutboxEvent = { dlgId, clientMsgId, ...change };
  tell(turn, 'outbox', what);
  want(turn, (outside) => outside.share({ what, content, at }));
}

type Change = OutboxEvent extends infer Event ? (Event extends unknown ? Omit<Event, keyof Name> : never) : never;

/** Puts an entry in the place of the one of its name, and keeps it. */
export function replace(turn: Turn, entry: Entry): void {
  turn.unsent = put(turn.unsent, entry);
  want(turn, (outside) => outside.keep(entry));
}

/** It is not ours to look after any more. */
export function forget(turn: Turn, name: Name): void {
  turn.unsent = remove(turn.unsent, name);
  want(turn, (outside) => outside.forget(name));
}

/** Nobody sends it any more, until the application wants it. Its promise ends here. */
export function giveUpMessage(turn: Turn, entry: Entry, what: Failure): void {
  const failed: Entry = { ...entry, isUnsure: what.outcome === 'unknown', state: 'failed', error: what.error };
  replace(turn, failed);
  announce(turn, failed, changeTo(failed));
  settle(turn, sendKey(entry), { failure: what });
}

/** What was kept is there. It is older than what was sent off since, and goes before it. */
export function restored(turn: Turn, uid: UserId, entries: Outbox): void {
  if (uid !== userOf(turn)) return;
  const { unsent } = turn;
  // What another tab looked after may have become ours, when that was closed.
  const own = unsent.filter(({ isElsewhere }) => !isElsewhere);
  turn.unsent = merge(own, entries);
  turn.isRestored = true;
  for (const entry of entries.filter((each) => !find(unsent, each))) {
    const { dlgId, clientMsgId } = entry;
    const waiting = waitingOf(turn, turn.tools, entry);
    tell(turn, 'outbox', { dlgId, clientMsgId, ...changeTo(entry), waiting });
  }
}

const changeTo = ({ error, isUnsure }: Entry): Change =>
  error ? { state: 'failed', error, outcome: isUnsure ? 'unknown' : 'none' } : { state: 'queued' };

/** Another tab of this user says what it does. What we look after ourselves we know better. */
export function newsCame(turn: Turn, news: News): void {
  if (!('what' in news)) return readElsewhere(turn, news.dlgId, news.readSeq);
  const { what, content, at } = news;
  const { unsent } = turn;
  const known = find(unsent, what);
  if (known && isGoing(known)) return;
  const failed = what.state === 'failed' ? what : undefined;
  const isUnsure = failed?.outcome === 'unknown';
  const entry = entryOf({ ...what, content, at: known?.at ?? at, isUnsure, error: failed?.error }, true);
  if (what.state === 'sending') entry.state = 'sending';
  const others = remove(unsent, entry);
  turn.unsent = what.state === 'sent' || what.state === 'discarded' ? others : merge(others, [entry]);
  tell(turn, 'outbox', { ...what, waiting: waitingOf(turn, turn.tools, entry) });
}

function readElsewhere(turn: Turn, dlgId: DlgId, readSeq: number): void {
  tellReceipt(turn, { dlgId, userId: userOf(turn), deliveredSeq: 0, readSeq });
  const { conversation } = turn;
  if (conversation?.dlgId !== dlgId) return;
  const { marks } = conversation;
  // That tab tells the server; what it said need not be said twice.
  const read = Math.max(marks.read, readSeq);
  turn.conversation = { ...conversation, marks: { ...marks, read, toldRead: Math.max(marks.toldRead, readSeq) } };
}

export function tellReceipt(turn: Turn, receipt: Receipt): void {
  const [receipts, news] = takeReceipt(turn.receipts, receipt);
  turn.receipts = receipts;
  if (news) tell(turn, 'receipt', news);
}

/** The application wants a failed message no more. */
export function discard(turn: Turn, name: Name): void {
  const entry = find(turn.unsent, name);
  if (!entry || !hasFailed(entry)) return;
  forget(turn, entry);
  announce(turn, entry, { state: 'discarded' });
}

/** Ends what has waited for too long. */
export function expire(turn: Turn): void {
  for (const entry of turn.unsent.filter((each) => expiryOf(each) <= turn.stepAt)) {
    giveUpMessage(turn, entry, failure('sdk.outbox_expired', '', mayBeStored(entry)));
    forget(turn, entry);
  }
}

/** An entry as the application gets it. */
export function waitingOf({ rings }: ClientState, { toDate }: Tools, entry: Entry): Waiting {
  const { dlgId, clientMsgId, content, at, state, error, isElsewhere } = entry;
  return {
    dlgId,
    clientMsgId,
    state: state === 'stale' ? 'queued' : state,
    at: Math.round(toDate(at)),
    payload: attempt(() => payloadOf(open(content, dlgId, rings.get(dlgId) ?? '')), null),
    ...(error && { error }),
    isElsewhere,
  };
}
