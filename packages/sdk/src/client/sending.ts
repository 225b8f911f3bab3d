import { open, parseHeader } from '@trialogue/crypto';
import { refusals, type ClientMsgId, type DlgId, type ServerFrameOf } from '@trialogue/protocol';

import { epochOf, newestEpoch } from '../conversation/received.ts';
import { failure } from '../errors.ts';
import {
  MOST_ENTRIES,
  add,
  find,
  goOut,
  remove,
  rest,
  sealAgain,
  sendAgain,
  spoil,
  type Entry,
} from '../outbox/outbox.ts';
import { ANSWER_MS } from './asks.ts';
import { move } from './link.ts';
import { sendKey } from './state.ts';
import type { Turn } from './turn.ts';

/** However long a server asks us to wait, not longer. */
const LONGEST_REST_MS = 60_000;
/** Refusals for a key that nobody has a newer one of, after which a message is given up. */
const MOST_STALE = 2;

/** Takes a sealed message into the outbox. One that is in it already is not taken twice. */
export function queue(turn: Turn, message: { dlgId: DlgId; clientMsgId: ClientMsgId; content: string }): void {
  const { dlgId, clientMsgId } = message;
  const { outbox, connection } = turn.state;
  const key = sendKey(dlgId, clientMsgId);
  if (connection.name === 'idle') return turn.fail(key, 'sdk.closed');
  if (connection.name === 'shut') return turn.fail(key, 'sdk.shut');
  if (find(outbox, message)) return;
  if (outbox.length >= MOST_ENTRIES) return turn.fail(key, 'sdk.outbox_full');
  turn.set({ outbox: add(outbox, message) });
  turn.tell('outbox', { dlgId, clientMsgId, state: 'queued' });
}

/** Puts on the wire what may go out now. */
export function sendDue(turn: Turn): void {
  const [outbox, due] = goOut(turn.state.outbox, turn.now);
  turn.set({ outbox });
  for (const { dlgId, clientMsgId, content, state } of due) {
    turn.transmit({ op: 'send', dlgId, clientMsgId, content });
    if (state.name !== 'sending') turn.tell('outbox', { dlgId, clientMsgId, state: 'sending' });
  }
}

export function accepted(turn: Turn, { dlgId, clientMsgId, seq, msgId, sentAt }: ServerFrameOf<'ack'>): void {
  const name = { dlgId, clientMsgId };
  if (!find(turn.state.outbox, name)) return;
  turn.set({ outbox: remove(turn.state.outbox, name) });
  turn.tell('outbox', { ...name, state: 'sent', seq, msgId, sentAt });
  turn.settle(sendKey(dlgId, clientMsgId), { ok: { seq, msgId, sentAt } });
}

export function refused(turn: Turn, { dlgId, clientMsgId, error, msg, retryAfterMs }: ServerFrameOf<'nack'>): void {
  const { outbox } = turn.state;
  const entry = find(outbox, { dlgId, clientMsgId });
  if (!entry || entry.state.name !== 'sending') return;
  switch (refusals[error].retry) {
    case 'never':
      return fail(turn, entry, { ...failure(error), msg });
    case 'later': {
      const waitMs = retryAfterMs ?? turn.tools.backoff.delayMs(entry.refusals);
      turn.set({ outbox: rest(outbox, entry, turn.now + Math.min(waitMs, LONGEST_REST_MS)) });
      return turn.tell('outbox', { dlgId, clientMsgId, state: 'queued', error });
    }
    case 'afterSignIn':
      turn.set({ outbox: rest(outbox, entry, turn.now) });
      return move(turn, { type: 'breakOff', code: 4401 }, msg);
    case 'afterRekey':
      if (newestEpoch(turn.ringOf(dlgId)) > epochOf(entry.content)) return reseal(turn, entry);
      turn.set({ outbox: spoil(outbox, entry) });
      // Though it may have been asked before: that answer may be older than the refusal.
      turn.ask({ kind: 'ring', dlgId, until: turn.now + ANSWER_MS, tries: 1 });
  }
}

/** There is a newer key: what was refused for an old one is sealed again, under the same client message id. */
export function resealStale(turn: Turn, dlgId: DlgId): void {
  for (const entry of stale(turn, dlgId)) {
    if (newestEpoch(turn.ringOf(dlgId)) > epochOf(entry.content)) reseal(turn, entry);
  }
}

/**
 * The server was asked for a newer key and has none: what it refused were bytes of before, sent twice because its
 * answer took long. Those of now go out again, though not for ever.
 */
export function retryStale(turn: Turn, dlgId: DlgId): void {
  for (const entry of stale(turn, dlgId)) {
    if (entry.refusals < MOST_STALE) turn.set({ outbox: sendAgain(turn.state.outbox, entry) });
    else failEntry(turn, entry);
  }
}

/** There is no newer key to be had. */
export function failStale(turn: Turn, dlgId: DlgId): void {
  for (const entry of stale(turn, dlgId)) failEntry(turn, entry);
}

const failEntry = (turn: Turn, entry: Entry): void =>
  fail(turn, entry, failure('key.stale_epoch', undefined, entry.isUnsure ? 'unknown' : 'none'));

const stale = (turn: Turn, dlgId: DlgId): Entry[] =>
  turn.state.outbox.filter((entry) => entry.dlgId === dlgId && entry.state.name === 'stale');

function reseal(turn: Turn, entry: Entry): void {
  const { dlgId, clientMsgId, content } = entry;
  const dlgKey = turn.ringOf(dlgId);
  try {
    if (dlgKey === undefined) return fail(turn, entry, failure('sdk.no_key'));
    const { fromuid } = parseHeader(content);
    const again = turn.tools.seal(open(content, dlgId, dlgKey), { dlgId, dlgKey, fromuid, clientMsgId });
    turn.set({ outbox: sealAgain(turn.state.outbox, entry, again) });
  } catch {
    // The new keyring does not open what we sealed: it is of somebody who may not read what came before.
    fail(turn, entry, failure('key.stale_epoch'));
  }
}

function fail(turn: Turn, entry: Entry, what: ReturnType<typeof failure>): void {
  const { dlgId, clientMsgId } = entry;
  turn.set({ outbox: remove(turn.state.outbox, entry) });
  turn.tell('outbox', { dlgId, clientMsgId, state: 'failed', error: what.error, outcome: what.outcome });
  turn.settle(sendKey(dlgId, clientMsgId), {
    failure: what,
    ...(what.outcome === 'unknown' && { content: entry.content }),
  });
}
