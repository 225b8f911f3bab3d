import { OUTBOX_MS, type ClientMsgId, type DlgId, type Instant } from '@trialogue/protocol';

import { NEVER } from '../connection/clock.ts';
import type { FailureName } from '../errors.ts';

/**
 * One message on its way, sealed once and sent with the same bytes every time.
 *
 *            goes out            ack
 *   queued ──────────► sending ──────► gone: stored
 *     ▲ ▲               │ │ │
 *     │ └──── lost ─────┘ │ ├─ nack, never ──────► failed ── send, retry ─► queued
 *     │                   │ └─ nack, afterRekey ─► stale ── sealed again ─► queued
 *     └── nack, later ────┘
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
  /** `stale` waits for the key of a newer epoch, `failed` for the application. */
  state: 'queued' | 'sending' | 'stale' | 'failed';
  /** Goes out then; `sending` once more, with the same bytes. */
  until: Instant;
  /** The number of the last try, which a refusal of it carries. */
  id: number;
  /** How often it has gone out again without an answer. */
  tries: number;
  refusals: number;
  /** Why it failed. */
  error?: FailureName | undefined;
  /** Another tab looks after it, and said all this of it last. */
  isElsewhere: boolean;
}

/** In the order of sending. */
export type Outbox = readonly Entry[];

/** An answer that takes longer is asked for again; then after twice, and after four times as long. */
export const ACK_MS = 6_000;
const MOST_DOUBLED = 2;

export type Name = Pick<Entry, 'dlgId' | 'clientMsgId'>;

export const find = (outbox: Outbox, name: Name): Entry | undefined => outbox.find((entry) => isNamed(entry, name));

/** A message as it goes into the outbox; with an `error` it waits for the application. */
export const entryOf = (
  {
    dlgId,
    clientMsgId,
    content,
    at,
    isUnsure,
    error,
  }: Pick<Entry, keyof Name | 'content' | 'at' | 'isUnsure' | 'error'>,
  isElsewhere = false,
): Entry => ({
  dlgId,
  clientMsgId,
  content,
  at,
  isUnsure,
  state: error ? 'failed' : 'queued',
  until: 0,
  id: 0,
  tries: 0,
  refusals: 0,
  error,
  isElsewhere,
});

/** When a message is sent off that comes after all of these. */
export const nextAt = (outbox: Outbox, now: Instant): Instant =>
  Math.max(now, (outbox.at(-1)?.at ?? -Infinity) + 0.001);

/** Puts an entry in the place of the one of its name. */
export const put = (outbox: Outbox, entry: Entry): Outbox =>
  outbox.map((each) => (isNamed(each, entry) ? entry : each));

/** Takes a message out: it was stored, or given up for good. */
export const remove = (outbox: Outbox, name: Name): Outbox => outbox.filter((entry) => !isNamed(entry, name));

/** Takes in what was sent off before, or by another tab, each at its place. What is here already counts more. */
export const merge = (outbox: Outbox, found: Outbox): Outbox =>
  [...found.filter((entry) => !find(outbox, entry)), ...outbox].sort((one, other) => one.at - other.at);

/** Whether it goes out by itself, from this page. */
export const isGoing = (entry: Entry): boolean => !entry.isElsewhere && !hasFailed(entry);

/** Whether nobody sends it any more. */
export const hasFailed = ({ state }: Entry): boolean => state === 'failed';

/** What goes out now. */
export const dueAt = (outbox: Outbox, now: Instant): Entry[] => firsts(outbox).filter(({ until }) => until <= now);

/** It goes out now, under the number of this try. */
export function sentAt(entry: Entry, now: Instant, id: number): Entry {
  const tries = entry.state === 'sending' ? Math.min(entry.tries + 1, MOST_DOUBLED) : 0;
  return { ...entry, id, isUnsure: mayBeStored(entry), state: 'sending', until: now + ACK_MS * 2 ** tries, tries };
}

/** The same bytes once more: the server cannot take it before then, and has not stored this try of it. */
export const sendAgain = (entry: Entry, until: Instant = 0): Entry => ({
  ...entry,
  refusals: entry.refusals + 1,
  state: 'queued',
  until,
});

/** The one case in which the bytes change: the server has certainly stored nothing under the old key. */
export const sealAgain = (entry: Entry, content: string): Entry => ({ ...sendAgain(entry), content, isUnsure: false });

/** The key is too old. After an earlier refusal this may be its echo, and then the bytes of now may be stored. */
export const spoil = (entry: Entry): Entry => ({
  ...entry,
  isUnsure: entry.isUnsure || entry.refusals > 0,
  state: 'stale',
  until: NEVER,
});

/** The connection is gone: whatever was on the way goes out again on the next one. */
export const lost = (entry: Entry): Entry =>
  isUnderWay(entry) ? { ...entry, isUnsure: mayBeStored(entry), state: 'queued', until: 0 } : entry;

/** Whether an answer of the server is awaited, about it or its key. */
export const isUnderWay = ({ state, isElsewhere }: Entry): boolean =>
  !isElsewhere && (state === 'sending' || state === 'stale');

/** Whether giving up now leaves it open what became of the message. */
export const mayBeStored = ({ isUnsure, state }: Entry): boolean => isUnsure || state === 'sending';

/** When nobody wants it said any more. What another tab looks after ends there. */
export const expiryOf = ({ isElsewhere, at }: Entry): Instant => (isElsewhere ? NEVER : at + OUTBOX_MS);

export const outboxDueAt = (outbox: Outbox): Instant => Math.min(...firsts(outbox).map(({ until }) => until));

const isNamed = (entry: Entry, { dlgId, clientMsgId }: Name): boolean =>
  entry.clientMsgId === clientMsgId && entry.dlgId === dlgId;

function firsts(outbox: Outbox): Entry[] {
  const seen = new Set<DlgId>();
  return outbox.filter((entry) => isGoing(entry) && !seen.has(entry.dlgId) && seen.add(entry.dlgId));
}
