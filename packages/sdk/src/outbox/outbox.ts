import { clientLimits, type ClientMsgId, type DlgId, type Instant } from '@trialogue/protocol';

import type { FailureName } from '../errors.ts';
import type { Waiting } from '../events.ts';

/**
 * One message on its way, sealed once and sent with the same bytes every time.
 *
 *            goes out            ack
 *   queued ──────────► sending ──────► gone: stored
 *    ▲  ▲               │ │ │
 *    │  └─── lost ──────┘ │ ├─ nack, never ──────► failed ── send, retry ─► queued
 *    │                    │ └─ nack, afterRekey ─► stale ── sealed again ─► queued
 *    └──── due ─ resting ◄┘ nack, later
 *
 * Of one conversation only the first goes out, and the next one after its answer: so messages are stored in the
 * order they were sent (I10), whatever is lost. Conversations do not wait for each other.
 */
export interface Entry {
  dlgId: DlgId;
  clientMsgId: ClientMsgId;
  content: string;
  /** When it was sent off; below 0 it was before this page. Of no two the same: it is their order. */
  at: Instant;
  /** An earlier try went unanswered. */
  isUnsure: boolean;
  refusals: number;
  state:
    | { name: 'queued' }
    /** Goes out again then, with the same bytes. */
    | { name: 'sending'; until: Instant; tries: number }
    | { name: 'resting'; until: Instant }
    /** Waits for the key of a newer epoch. */
    | { name: 'stale' }
    /** Waits for the application. */
    | { name: 'failed'; error: FailureName }
    /** Another tab looks after it, and said this of it last. */
    | { name: 'elsewhere'; is: Waiting['state']; error?: FailureName | undefined };
}

/** In the order of sending. */
export type Outbox = readonly Entry[];

/** An answer that takes longer is asked for again; then after twice, and after four times as long. */
export const ACK_MS = 6_000;
const MOST_DOUBLED = 2;

export type Name = Pick<Entry, 'dlgId' | 'clientMsgId'>;

export const find = (outbox: Outbox, name: Name): Entry | undefined => outbox.find((entry) => isNamed(entry, name));

/** Adds a message at the end. */
export const add = (outbox: Outbox, message: Name & { content: string; isUnsure?: boolean }, now: Instant): Outbox => [
  ...outbox,
  {
    isUnsure: false,
    ...message,
    at: Math.max(now, (outbox.at(-1)?.at ?? -Infinity) + 0.001),
    refusals: 0,
    state: { name: 'queued' },
  },
];

/** Takes a message out: it was stored, or given up for good. */
export const remove = (outbox: Outbox, name: Name): Outbox => outbox.filter((entry) => !isNamed(entry, name));

/** Takes in what was sent off before, or by another tab, each at its place. What is here already counts more. */
export const merge = (outbox: Outbox, found: Outbox): Outbox =>
  [...found.filter((entry) => !find(outbox, entry)), ...outbox].sort((one, other) => one.at - other.at);

/** Whether it goes out by itself, from this page. */
export const isGoing = ({ state }: Entry): boolean => state.name !== 'failed' && state.name !== 'elsewhere';

/** Whether another tab sends it, as far as is known here. */
export const isElsewhere = ({ state }: Entry): boolean => state.name === 'elsewhere' && state.is !== 'failed';

/** Whether nobody sends it any more. */
export const hasFailed = ({ state }: Entry): boolean =>
  state.name === 'failed' || (state.name === 'elsewhere' && state.is === 'failed');

/** What the application calls its state. */
export function stateOf({ state }: Entry): Waiting['state'] {
  if (state.name === 'elsewhere') return state.is;
  return state.name === 'sending' || state.name === 'failed' ? state.name : 'queued';
}

/** What goes out now, and the outbox after that. */
export function goOut(outbox: Outbox, now: Instant): [Outbox, Entry[]] {
  const due = firsts(outbox).filter(({ state }) => state.name === 'queued' || isOver(state, now));
  if (due.length === 0) return [outbox, due];
  const sent = new Map(due.map((entry) => [entry, sentAt(entry, now)]));
  return [outbox.map((entry) => sent.get(entry) ?? entry), due];
}

function sentAt(entry: Entry, now: Instant): Entry {
  const tries = entry.state.name === 'sending' ? Math.min(entry.state.tries + 1, MOST_DOUBLED) : 0;
  const state = { name: 'sending', until: now + ACK_MS * 2 ** tries, tries } as const;
  return { ...entry, isUnsure: mayBeStored(entry), state };
}

/** The server cannot take it now, and has not stored this try of it. */
export const rest = (outbox: Outbox, name: Name, until: Instant): Outbox =>
  change(outbox, name, (entry) => ({ ...entry, refusals: entry.refusals + 1, state: { name: 'resting', until } }));

/** The key is too old. After an earlier refusal this may be its echo, and then the bytes of now may be stored. */
export const spoil = (outbox: Outbox, name: Name): Outbox =>
  change(outbox, name, (entry) => ({
    ...entry,
    isUnsure: entry.isUnsure || entry.refusals > 0,
    state: { name: 'stale' },
  }));

/** The same bytes once more. */
export const sendAgain = (outbox: Outbox, name: Name): Outbox =>
  change(outbox, name, (entry) => ({ ...entry, refusals: entry.refusals + 1, state: { name: 'queued' } }));

/** The one case in which the bytes change: the server has certainly stored nothing under the old key. */
export const sealAgain = (outbox: Outbox, name: Name, content: string): Outbox =>
  change(outbox, name, (entry) => ({
    ...entry,
    content,
    isUnsure: false,
    refusals: entry.refusals + 1,
    state: { name: 'queued' },
  }));

/** Nobody sends it any more, until the application wants it. */
export const giveUpOn = (outbox: Outbox, name: Name, error: FailureName, isUnsure: boolean): Outbox =>
  change(outbox, name, (entry) => ({ ...entry, isUnsure, state: { name: 'failed', error } }));

/** The connection is gone: whatever was on the way goes out again on the next one. */
export const lost = (outbox: Outbox): Outbox =>
  outbox.map((entry) =>
    entry.state.name === 'sending' || entry.state.name === 'stale'
      ? { ...entry, isUnsure: mayBeStored(entry), state: { name: 'queued' } }
      : entry,
  );

/** Whether giving up now leaves it open what became of the message. */
export const mayBeStored = ({ isUnsure, state }: Entry): boolean => isUnsure || state.name === 'sending';

/** The first message of this page that has waited for longer than anybody would still want it said, from when on. */
export function expiryOf(outbox: Outbox): { entry: Entry; at: Instant } | undefined {
  const entry = outbox.find(({ state }) => state.name !== 'elsewhere');
  return entry && { entry, at: entry.at + clientLimits.outboxMs };
}

export function outboxDueAt(outbox: Outbox): Instant | undefined {
  const times = firsts(outbox).flatMap(({ state }) => ('until' in state ? [state.until] : []));
  return times.length > 0 ? Math.min(...times) : undefined;
}

const isNamed = (entry: Entry, { dlgId, clientMsgId }: Name): boolean =>
  entry.clientMsgId === clientMsgId && entry.dlgId === dlgId;

const isOver = (state: Entry['state'], now: Instant): boolean => 'until' in state && state.until <= now;

const change = (outbox: Outbox, name: Name, to: (entry: Entry) => Entry): Outbox =>
  outbox.map((entry) => (isNamed(entry, name) ? to(entry) : entry));

function firsts(outbox: Outbox): Entry[] {
  const seen = new Set<DlgId>();
  return outbox.filter((entry) => isGoing(entry) && !seen.has(entry.dlgId) && seen.add(entry.dlgId));
}
