import { open } from '@trialogue/crypto';
import { readPayload, type DlgId, type UserId } from '@trialogue/protocol';

import { failure } from '../errors.ts';
import type { OutboxEvent, Waiting } from '../events.ts';
import {
  expiryOf,
  find,
  giveUpOn,
  hasFailed,
  isGoing,
  mayBeStored,
  merge,
  remove,
  stateOf,
  type Entry,
  type Name,
  type Outbox,
} from '../outbox/outbox.ts';
import { takeReceipt, type Receipt } from '../timeline/receipts.ts';
import { sendKey, userOf, type ClientState, type News } from './state.ts';
import type { Turn } from './turn.ts';

/** Tells what became of a message of this page: the application, and the other tabs. */
export function announce(turn: Turn, { dlgId, clientMsgId, content, at }: Entry, change: Change): void {
  const what: OutboxEvent = { dlgId, clientMsgId, ...change };
  turn.tell('outbox', what);
  turn.effects.push({ do: 'share', news: { what, content, at } });
}

type Change = OutboxEvent extends infer Event ? (Event extends unknown ? Omit<Event, keyof Name> : never) : never;

export const keep = (turn: Turn, name: Name): void => {
  const entry = find(turn.state.outbox, name);
  if (entry) turn.effects.push({ do: 'keep', entry });
};

/** It is not ours to look after any more. */
export function forget(turn: Turn, { dlgId, clientMsgId }: Name): void {
  const name = { dlgId, clientMsgId };
  turn.set({ outbox: remove(turn.state.outbox, name) });
  turn.effects.push({ do: 'forget', name });
}

/** Nobody sends it any more, until the application wants it. Its promise ends here. */
export function giveUpMessage(turn: Turn, entry: Entry, what: ReturnType<typeof failure>): void {
  const { error, outcome } = what;
  turn.set({ outbox: giveUpOn(turn.state.outbox, entry, error, outcome === 'unknown') });
  keep(turn, entry);
  announce(turn, entry, { state: 'failed', error, outcome });
  turn.settle(sendKey(entry.dlgId, entry.clientMsgId), { failure: what });
}

/** What was kept is there. It is older than what was sent off since, and goes before it. */
export function restored(turn: Turn, uid: UserId, entries: Outbox): void {
  if (uid !== userOf(turn.state)) return;
  const { outbox } = turn.state;
  // What another tab looked after may have become ours, when that was closed.
  const own = outbox.filter(({ state }) => state.name !== 'elsewhere');
  turn.set({ outbox: merge(own, entries), isRestored: true });
  for (const entry of entries) {
    const known = find(outbox, entry);
    if (known === undefined) turn.tell('outbox', { ...changeTo(entry), waiting: waitingOf(turn, entry) });
  }
}

function changeTo({ dlgId, clientMsgId, state, isUnsure }: Entry): OutboxEvent {
  const name = { dlgId, clientMsgId };
  const error = 'error' in state ? state.error : undefined;
  if (error) return { ...name, state: 'failed', error, outcome: isUnsure ? 'unknown' : 'none' };
  return { ...name, state: 'queued' };
}

/** Another tab of this user says what it does. What we look after ourselves we know better. */
export function newsCame(turn: Turn, news: News): void {
  if (!('what' in news)) return readElsewhere(turn, news.dlgId, news.readSeq);
  const { what, content, at } = news;
  const { outbox } = turn.state;
  const known = find(outbox, what);
  if (known && isGoing(known)) return;
  const entry: Entry = {
    dlgId: what.dlgId,
    clientMsgId: what.clientMsgId,
    content,
    at: known?.at ?? at,
    isUnsure: what.state === 'failed' && what.outcome === 'unknown',
    refusals: 0,
    state: {
      name: 'elsewhere',
      is: what.state === 'sending' || what.state === 'failed' ? what.state : 'queued',
      error: what.state === 'failed' ? what.error : undefined,
    },
  };
  const isOver = what.state === 'sent' || what.state === 'discarded';
  const others = remove(outbox, entry);
  turn.set({ outbox: isOver ? others : merge(others, [entry]) });
  turn.tell('outbox', { ...what, waiting: waitingOf(turn, entry) });
}

function readElsewhere(turn: Turn, dlgId: DlgId, readSeq: number): void {
  tellReceipt(turn, { dlgId, userId: userOf(turn.state), deliveredSeq: 0, readSeq });
  const { conversation } = turn.state;
  if (conversation?.dlgId !== dlgId) return;
  const { marks } = conversation;
  // That tab tells the server; what it said need not be said twice.
  const read = Math.max(marks.read, readSeq);
  turn.set({
    conversation: { ...conversation, marks: { ...marks, read, toldRead: Math.max(marks.toldRead, readSeq) } },
  });
}

export function tellReceipt(turn: Turn, receipt: Receipt): void {
  const [receipts, news] = takeReceipt(turn.state.receipts, receipt);
  turn.set({ receipts });
  if (news) turn.tell('receipt', news);
}

/** The application wants a failed message no more. */
export function discard(turn: Turn, name: Name): void {
  const entry = find(turn.state.outbox, name);
  if (!entry || !hasFailed(entry)) return;
  forget(turn, entry);
  announce(turn, entry, { state: 'discarded' });
}

/** Ends what has waited for too long. */
export function expire(turn: Turn): void {
  for (let next = expiryOf(turn.state.outbox); next && next.at <= turn.now; next = expiryOf(turn.state.outbox)) {
    const { entry } = next;
    giveUpMessage(turn, entry, failure('sdk.outbox_expired', undefined, mayBeStored(entry) ? 'unknown' : 'none'));
    forget(turn, entry);
  }
}

export const waitingHere = (turn: Pick<Turn, 'state' | 'tools'>): Waiting[] =>
  turn.state.outbox.map((entry) => waitingOf(turn, entry));

function waitingOf({ state: { rings }, tools }: Pick<Turn, 'state' | 'tools'>, entry: Entry): Waiting {
  const { dlgId, clientMsgId, content, at, state } = entry;
  return {
    dlgId,
    clientMsgId,
    state: stateOf(entry),
    at: Math.round(tools.toDate(at)),
    payload: payloadOf(content, dlgId, rings),
    ...('error' in state && state.error && { error: state.error }),
    isElsewhere: state.name === 'elsewhere',
  };
}

function payloadOf(content: string, dlgId: DlgId, rings: ClientState['rings']): Waiting['payload'] {
  try {
    return readPayload(open(content, dlgId, rings.get(dlgId) ?? ''));
  } catch {
    return null;
  }
}
