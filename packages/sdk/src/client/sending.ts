import { open, parseHeader } from '@trialogue/crypto';
import { clientLimits, retries, type ClientMsgId, type DlgId, type ServerFrameOf } from '@trialogue/protocol';

import { epochOf, newestEpoch } from '../conversation/received.ts';
import { failure } from '../errors.ts';
import {
  add,
  find,
  goOut,
  hasFailed,
  isGoing,
  remove,
  rest,
  sealAgain,
  sendAgain,
  spoil,
  type Entry,
} from '../outbox/outbox.ts';
import { move } from './link.ts';
import { sendKey } from './state.ts';
import type { Turn } from './turn.ts';
import { announce, discard, forget, giveUpMessage, keep } from './waiting.ts';

/** However long a server asks us to wait, not longer. */
const LONGEST_REST_MS = 60_000;
/** Refusals for a key that nobody has a newer one of, after which a message is given up. */
const MOST_STALE = 2;
const NO_KEY = 'The newer key of the conversation is not to be had.';

/** Takes a sealed message into the outbox. One that is on its way already is not taken twice; one that failed is. */
export function queue(turn: Turn, message: { dlgId: DlgId; clientMsgId: ClientMsgId; content: string }): void {
  const { dlgId, clientMsgId, content } = message;
  const { outbox, connection } = turn.state;
  const key = sendKey(dlgId, clientMsgId);
  if (connection.name === 'idle') return turn.fail(key, 'sdk.closed');
  if (connection.name === 'shut') return turn.fail(key, 'sdk.shut');
  const known = find(outbox, message);
  if (known && isGoing(known)) return;
  const others = remove(outbox, message);
  if (others.length >= clientLimits.outboxMost) {
    // What failed and was left lying gives way first.
    const oldest = others.find(hasFailed);
    if (!oldest) return turn.fail(key, 'sdk.outbox_full');
    discard(turn, oldest);
  }
  const isUnsure = known?.isUnsure ?? false;
  turn.set({ outbox: add(remove(turn.state.outbox, message), { dlgId, clientMsgId, content, isUnsure }, turn.now) });
  keep(turn, message);
  const entry = find(turn.state.outbox, message);
  if (entry) announce(turn, entry, { state: 'queued' });
}

/** Puts on the wire what may go out now. */
export function sendDue(turn: Turn): void {
  if (!turn.state.isRestored) return;
  const [outbox, due] = goOut(turn.state.outbox, turn.now);
  turn.set({ outbox });
  for (const entry of due) {
    const { dlgId, clientMsgId, content, state } = entry;
    turn.transmit({ op: 'send', dlgId, clientMsgId, content });
    if (state.name !== 'sending') announce(turn, entry, { state: 'sending' });
  }
}

export function accepted(turn: Turn, { dlgId, clientMsgId, seq, msgId, sentAt }: ServerFrameOf<'ack'>): void {
  const entry = find(turn.state.outbox, { dlgId, clientMsgId });
  if (!entry) return;
  forget(turn, entry);
  announce(turn, entry, { state: 'sent', seq, msgId, sentAt });
  turn.settle(sendKey(dlgId, clientMsgId), { ok: { seq, msgId, sentAt } });
}

export function refused(turn: Turn, { dlgId, clientMsgId, error, msg, retryAfterMs }: ServerFrameOf<'nack'>): void {
  const { outbox } = turn.state;
  const entry = find(outbox, { dlgId, clientMsgId });
  if (!entry || entry.state.name !== 'sending') return;
  switch (retries[error]) {
    case 'never':
      return giveUpMessage(turn, entry, failure(error, msg));
    case 'later': {
      const waitMs = Math.min(retryAfterMs ?? turn.tools.backoff.delayMs(entry.refusals), LONGEST_REST_MS);
      turn.set({ outbox: rest(outbox, entry, turn.now + waitMs) });
      return announce(turn, entry, { state: 'queued', error, waitMs });
    }
    case 'afterSignIn':
      turn.set({ outbox: rest(outbox, entry, turn.now) });
      return move(turn, { type: 'breakOff', code: 4401 }, msg);
    case 'afterRekey':
      if (newestEpoch(turn.ringOf(dlgId)) > epochOf(entry.content)) return reseal(turn, entry);
      turn.set({ outbox: spoil(outbox, entry) });
      turn.askForKey(dlgId);
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
  giveUpMessage(turn, entry, failure('key.stale_epoch', NO_KEY, entry.isUnsure ? 'unknown' : 'none'));

const stale = (turn: Turn, dlgId: DlgId): Entry[] =>
  turn.state.outbox.filter((entry) => entry.dlgId === dlgId && entry.state.name === 'stale');

function reseal(turn: Turn, entry: Entry): void {
  const { dlgId, clientMsgId, content } = entry;
  const dlgKey = turn.ringOf(dlgId);
  try {
    if (dlgKey === undefined) return giveUpMessage(turn, entry, failure('sdk.no_key'));
    const { fromuid } = parseHeader(content);
    const again = turn.tools.seal(open(content, dlgId, dlgKey), { dlgId, dlgKey, fromuid, clientMsgId });
    turn.set({ outbox: sealAgain(turn.state.outbox, entry, again) });
    keep(turn, entry);
  } catch {
    // The new keyring does not open what we sealed: it is of somebody who may not read what came before.
    giveUpMessage(turn, entry, failure('key.stale_epoch', NO_KEY));
  }
}
