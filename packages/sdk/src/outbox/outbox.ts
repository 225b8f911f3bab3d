import type { ClientMsgId, DlgId, Instant } from '@trialogue/protocol';

/**
 * One message on its way, sealed once and sent with the same bytes every time.
 *
 *            goes out            ack
 *   queued ──────────► sending ──────► gone: stored
 *    ▲  ▲               │ │ │
 *    │  └─── lost ──────┘ │ ├─ nack, never ──────► gone: refused
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
  /** An earlier try went unanswered. */
  isUnsure: boolean;
  refusals: number;
  state:
    | { name: 'queued' }
    /** Goes out again then, with the same bytes. */
    | { name: 'sending'; until: Instant }
    | { name: 'resting'; until: Instant }
    /** Waits for the key of a newer epoch. */
    | { name: 'stale' };
}

/** In the order of sending. */
export type Outbox = readonly Entry[];

/** Entries an outbox holds at the most. */
export const MOST_ENTRIES = 500;
/** An answer that takes longer is asked for again. */
export const ACK_MS = 10_000;

type Name = Pick<Entry, 'dlgId' | 'clientMsgId'>;

export const find = (outbox: Outbox, name: Name): Entry | undefined => outbox.find((entry) => isNamed(entry, name));

export const add = (outbox: Outbox, { dlgId, clientMsgId, content }: Name & { content: string }): Outbox => [
  ...outbox,
  { dlgId, clientMsgId, content, isUnsure: false, refusals: 0, state: { name: 'queued' } },
];

/** Takes a message out: it was stored, refused or given up. */
export const remove = (outbox: Outbox, name: Name): Outbox => outbox.filter((entry) => !isNamed(entry, name));

/** What goes out now, and the outbox after that. */
export function goOut(outbox: Outbox, now: Instant): [Outbox, Entry[]] {
  const due = firsts(outbox).filter(({ state }) => state.name === 'queued' || isOver(state, now));
  if (due.length === 0) return [outbox, due];
  const sent = new Map(
    due.map((entry) => [
      entry,
      { ...entry, isUnsure: mayBeStored(entry), state: { name: 'sending', until: now + ACK_MS } } satisfies Entry,
    ]),
  );
  return [outbox.map((entry) => sent.get(entry) ?? entry), due];
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

/** The connection is gone: whatever was on the way goes out again on the next one. */
export const lost = (outbox: Outbox): Outbox =>
  outbox.map((entry) => ({ ...entry, isUnsure: mayBeStored(entry), state: { name: 'queued' } }));

/** Whether giving up now leaves it open what became of the message. */
export const mayBeStored = ({ isUnsure, state }: Entry): boolean => isUnsure || state.name === 'sending';

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
  return outbox.filter(({ dlgId }) => !seen.has(dlgId) && seen.add(dlgId));
}
