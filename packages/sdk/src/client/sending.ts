import { open, parseHeader } from '@trialogue/crypto';
import { refusals, type ClientMsgId, type DlgId, type ServerFrameOf } from '@trialogue/protocol';

import { epochOf, newestEpoch } from '../conversation/received.ts';
import { failure } from '../errors.ts';
import { MOST_ENTRIES, add, find, goOut, remove, rest, sealAgain, spoil, type Entry } from '../outbox/outbox.ts';
import { ANSWER_MS, hasAsk } from './asks.ts';
import { move } from './link.ts';
import { sendKey } from './state.ts';
import type { Turn } from './turn.ts';

/** However long a server asks us to wait, not longer. */
const LONGEST_REST_MS = 60_000;

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
      if (!hasAsk(turn.state.asks, 'ring', dlgId)) {
        turn.ask({ kind: 'ring', dlgId, until: turn.now + ANSWER_MS, tries: 1 });
      }
  }
}

/** There is a newer key: what was refused for an old one is sealed again, under the same client message id. */
export function resealStale(turn: Turn, dlgId: DlgId): void {
  for (const entry of stale(turn, dlgId)) {
    if (newestEpoch(turn.ringOf(dlgId)) > epochOf(entry.content)) reseal(turn, entry);
  }
}

/** The server was asked for a newer key and has none. */
export function failStale(turn: Turn, dlgId: DlgId): void {
  for (const entry of stale(turn, dlgId)) fail(turn, entry, failure('key.stale_epoch'));
}

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
  turn.settle(sendKey(dlgId, clientMsgId), { failure: what });
}
