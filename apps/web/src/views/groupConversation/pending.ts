import { asPayload, type ClientMsgId, type Instant, type Payload, type UnknownPayload } from '@trialogue/protocol';
import type { OutboxEvent, Waiting } from '@trialogue/sdk';

import type { SendState } from '../../components/ChatList/rows.ts';

/** A message of ours that is not in the timeline yet. */
export interface Pending {
  clientMsgId: ClientMsgId;
  said: Payload | UnknownPayload;
  sentAt: Instant;
  state: SendState;
  /** What it waits or has failed for, by name. */
  error?: string | undefined;
  /** When it goes out again, if the server has said so. */
  until?: Instant | undefined;
  /** It was said in this tab, just now. */
  isFresh?: boolean;
}

/** One more, in the order in which they go out. One that is there already is brought up to date. */
export function withOne(all: readonly Pending[], one: Pending): Pending[] {
  const known = all.find(({ clientMsgId }) => clientMsgId === one.clientMsgId);
  const others = all.filter((each) => each !== known);
  const at = others.findLastIndex(({ sentAt }) => sentAt <= one.sentAt);
  return others.toSpliced(at + 1, 0, { ...known, ...one });
}

export const without = (all: readonly Pending[], gone: ReadonlySet<ClientMsgId>): readonly Pending[] =>
  all.some(({ clientMsgId }) => gone.has(clientMsgId)) ? all.filter(({ clientMsgId }) => !gone.has(clientMsgId)) : all;

/** One that cannot be opened yet is not shown yet. */
const pendingOf = ({ clientMsgId, payload, at, state, error }: Waiting): Pending | undefined =>
  payload ? { clientMsgId, said: asPayload(payload), sentAt: at, state, error } : undefined;

/** Takes in what the SDK keeps: of this page, of one before it, of another tab. Of what is known the events tell more. */
export function withKept(all: readonly Pending[], kept: readonly Waiting[]): readonly Pending[] {
  const isNews = ({ clientMsgId, state }: Waiting) =>
    !all.some((one) => one.clientMsgId === clientMsgId && one.state === state);
  return kept
    .filter(isNews)
    .map(pendingOf)
    .reduce<readonly Pending[]>((sum, one) => (one ? withOne(sum, one) : sum), all);
}

/** Without a connection they wait for that, whatever the server said before. */
export const disconnected = (all: readonly Pending[]): readonly Pending[] =>
  all.map((one) => (one.state === 'queued' ? { ...one, error: undefined, until: undefined } : one));

/** What became of one of them. */
export function after(all: readonly Pending[], event: OutboxEvent, now: Instant): readonly Pending[] {
  const { clientMsgId, waiting } = event;
  if (event.state === 'discarded') return without(all, new Set([clientMsgId]));
  const known = all.find((one) => one.clientMsgId === clientMsgId) ?? (waiting && pendingOf(waiting));
  if (!known) return all;
  const error = 'error' in event ? event.error : undefined;
  const waitMs = event.state === 'queued' ? event.waitMs : undefined;
  const until = waitMs === undefined ? undefined : now + waitMs;
  return withOne(all, { ...known, state: event.state, error, until });
}
