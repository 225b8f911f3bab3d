import { open, parseHeader } from '@trialogue/crypto';
import { OUTBOX_MOST, retryOf, type DlgId, type ServerFrameOf } from '@trialogue/protocol';

import { epochOf, newestEpoch } from '../conversation/received.ts';
import { failure } from '../errors.ts';
import {
  dueAt,
  entryOf,
  find,
  hasFailed,
  isGoing,
  nextAt,
  put,
  remove,
  sealAgain,
  sendAgain,
  sentAt,
  spoil,
  type Entry,
  type Name,
} from '../outbox/outbox.ts';
import { move } from './link.ts';
import { sendKey } from './state.ts';
import { askForKey, fail, settle, transmit, want, type Turn } from './turn.ts';
import { announce, discard, forget, giveUpMessage, replace } from './waiting.ts';

/** However long a server asks us to wait, not longer. */
const LONGEST_REST_MS = 60_000;
/** Refusals for a key that nobody has a newer one of, after which a message is given up. */
const MOST_STALE = 2;

/** A message as it goes out. */
export type Sealed = Name & { content: string };

/** Takes a sealed message into the outbox. One that is on its way already is not taken twice; one that failed is. */
export function queue(turn: Turn, message: Sealed): void {
  const known = find(turn.unsent, message);
  if (known && isGoing(known)) return;
  const before = remove(turn.unsent, message);
  if (before.length >= OUTBOX_MOST) {
    // What failed and was left lying gives way first.
    const oldest = before.find(hasFailed);
    if (!oldest) return fail(turn, sendKey(message), 'sdk.outbox_full');
    discard(turn, oldest);
    return queue(turn, message);
  }
  const at = nextAt(before, turn.stepAt);
  const entry = entryOf({ ...message, at, isUnsure: known?.isUnsure ?? false, error: undefined });
  turn.unsent = [...before, entry];
  want(turn, (outside) => outside.keep(entry));
  announce(turn, entry, { state: 'queued' });
}

/** Puts on the wire what may go out now. */
export function sendDue(turn: Turn): void {
  if (!turn.isRestored) return;
  for (const entry of dueAt(turn.unsent, turn.stepAt)) {
    const { dlgId, clientMsgId, content, state } = entry;
    const id = ++turn.lastAsk;
    turn.unsent = put(turn.unsent, sentAt(entry, turn.stepAt, id));
    transmit(turn, { op: 'send', id, dlgId, clientMsgId, content });
    if (state !== 'sending') announce(turn, entry, { state: 'sending' });
  }
}

export function accepted(turn: Turn, { seq, msgId, sentAt, ...name }: ServerFrameOf<'ack'>): void {
  const entry = find(turn.unsent, name);
  if (!entry) return;
  const stored = { seq, msgId, sentAt };
  forget(turn, entry);
  announce(turn, entry, { state: 'sent', ...stored });
  settle(turn, sendKey(entry), { ok: stored });
}

export function refused(turn: Turn, { id, error, msg, retryAfterMs, ...name }: ServerFrameOf<'nack'>): void {
  const { unsent, stepAt: now, tools } = turn;
  const entry = find(unsent, name);
  // An answer to an earlier try says nothing of the bytes that are under way now.
  if (entry?.state !== 'sending' || (id ?? entry.id) !== entry.id) return;
  switch (retryOf(error)) {
    case 'never':
      return giveUpMessage(turn, entry, failure(error, msg));
    case 'later': {
      const waitMs = Math.min(retryAfterMs ?? tools.backoff.delayMs(entry.refusals), LONGEST_REST_MS);
      turn.unsent = put(unsent, sendAgain(entry, now + waitMs));
      return announce(turn, entry, { state: 'queued', error, waitMs });
    }
    case 'afterSignIn':
      turn.unsent = put(unsent, sendAgain(entry, now));
      return move(turn, { type: 'breakOff', code: 4401, reason: msg });
    case 'afterRekey':
      if (hasNewerKey(turn, entry)) return reseal(turn, entry);
      turn.unsent = put(unsent, spoil(entry));
      askForKey(turn, entry.dlgId);
  }
}

/** There is a newer key: what was refused for an old one is sealed again, under the same client message id. */
export function resealStale(turn: Turn, dlgId: DlgId): void {
  for (const entry of stale(turn, dlgId)) if (hasNewerKey(turn, entry)) reseal(turn, entry);
}

/**
 * The server was asked for a newer key and has none: what it refused were bytes of before, sent twice because its
 * answer took long. Those of now go out again, though not for ever.
 */
export function retryStale(turn: Turn, dlgId: DlgId): void {
  for (const entry of stale(turn, dlgId)) {
    if (entry.refusals < MOST_STALE) turn.unsent = put(turn.unsent, sendAgain(entry));
    else giveUpStale(turn, entry);
  }
}

/** There is no newer key to be had. */
export function failStale(turn: Turn, dlgId: DlgId): void {
  for (const entry of stale(turn, dlgId)) giveUpStale(turn, entry);
}

const giveUpStale = (turn: Turn, entry: Entry): void =>
  giveUpMessage(turn, entry, failure('key.stale_epoch', 'There is no newer key.', entry.isUnsure));

const stale = ({ unsent }: Turn, dlgId: DlgId): Entry[] =>
  unsent.filter((entry) => entry.dlgId === dlgId && entry.state === 'stale');

const hasNewerKey = ({ rings }: Turn, { dlgId, content }: Entry): boolean =>
  newestEpoch(rings.get(dlgId)) > epochOf(content);

function reseal(turn: Turn, entry: Entry): void {
  const { dlgId, clientMsgId, content } = entry;
  const dlgKey = turn.rings.get(dlgId) ?? '';
  try {
    const { fromuid } = parseHeader(content);
    const again = turn.tools.seal(open(content, dlgId, dlgKey), { dlgId, dlgKey, fromuid, clientMsgId });
    replace(turn, sealAgain(entry, again));
  } catch {
    // The new keyring does not open what we sealed: it is of somebody who may not read what came before.
    giveUpStale(turn, { ...entry, isUnsure: false });
  }
}
