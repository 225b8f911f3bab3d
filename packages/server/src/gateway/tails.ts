import type { KeyEpoch, Limits, SessionId } from '@trialogue/protocol';

import type { SignIn } from '../access/signIn.ts';
import type { Log } from '../chat/chat.ts';
import type { Head, Place } from '../chat/ports.ts';
import type { Logger } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import { messageFrame } from './driver.ts';
import { epochOf } from './epochOf.ts';
import type { Members } from './members.ts';
import type { Listener, Registry } from './registry.ts';
import { everySoOften, type Timers } from './timers.ts';
import { share } from './wire.ts';

export interface TailPorts {
  log: Pick<Log, 'messagesAfter' | 'memberIds' | 'headsOf'>;
  signIn: Pick<SignIn, 'endedAmong'>;
  registry: Registry;
  members: Pick<Members, 'changed'>;
  logger: Logger;
  metrics: Metrics;
  limits: Pick<Limits, 'reconcileMs' | 'page'>;
  timers: Timers;
}

/** Under which key epoch the followers of a conversation were last found to be members. */
type Checked = Map<string, KeyEpoch>;

/**
 * Looks every ten seconds whether the conversations that are followed here have more than was heard, whether all who
 * follow are still members, and whether the sessions of all sockets still live. So the bus may lose anything and only
 * time is lost (I15, I22, I35). Two questions for the whole node; more only about what has changed.
 *
 * @returns how to stop.
 */
export function watchTails(at: TailPorts): () => void {
  const checked: Checked = new Map();
  return everySoOften(at.timers, at.limits.reconcileMs, () => look(at, checked));
}

async function look(at: TailPorts, checked: Checked = new Map()): Promise<void> {
  const failed = (error: unknown, place?: Place) => {
    at.metrics.failed('gateway.tail');
    at.logger.error('the log could not be looked at', { ...place, error });
  };
  await lookAtSessions(at).catch(failed);
  try {
    const heads = await at.log.headsOf(at.registry.followed());
    const kept = new Set(heads.map(keyOf));
    for (const key of checked.keys()) if (!kept.has(key)) checked.delete(key);
    for (const head of heads) await lookAt(at, head, checked).catch((error: unknown) => failed(error, placeOf(head)));
  } catch (error) {
    failed(error);
  }
}

async function lookAtSessions({ signIn, registry }: TailPorts): Promise<void> {
  const sockets = new Map<SessionId, Listener[]>();
  for (const listener of registry.all()) {
    const { sessionId } = listener.who;
    const known = sockets.get(sessionId);
    if (known) known.push(listener);
    else sockets.set(sessionId, [listener]);
  }
  if (sockets.size === 0) return;
  const ended = await signIn.endedAmong([...sockets.keys()]);
  registry.revoke(ended);
  for (const sessionId of ended) {
    for (const listener of sockets.get(sessionId) ?? []) listener.tell({ type: 'revoked', sessionIds: ended });
  }
}

async function lookAt(at: TailPorts, head: Head, checked: Checked): Promise<void> {
  const { log, registry, limits } = at;
  const place = placeOf(head);
  // Whoever goes takes the epoch along, so as long as it is the same nobody has gone.
  const check = async (epoch: KeyEpoch) => {
    if ((checked.get(keyOf(place)) ?? 0) >= epoch) return;
    await dismissStrangers(at, place);
    checked.set(keyOf(place), epoch);
  };
  await check(head.epoch);
  for (let isMore = true; isMore;) {
    const after = furthestBehind(registry.followersOf(place), place);
    if (after === undefined || after >= head.head) return;
    const messages = await log.messagesAfter(place, after, limits.page);
    await check(Math.max(0, ...messages.map(epochOf)));
    for (const message of messages) {
      const frame = share(messageFrame(place.dlgId, message));
      for (const listener of registry.followersOf(place)) listener.tell({ type: 'message', frame });
    }
    isMore = messages.length === limits.page;
  }
}

/**
 * Tells those who are no longer members that they have left. Only who had been let in before the question was asked can
 * be judged by its answer.
 */
export async function dismissStrangers(
  { log, registry, members }: { log: Pick<Log, 'memberIds'>; registry: Registry; members: Pick<Members, 'changed'> },
  place: Place,
): Promise<void> {
  const followers = [...registry.followersOf(place)].filter((listener) => listener.isIn(place.dlgId));
  const inIt = new Set(await log.memberIds(place));
  for (const listener of followers) {
    if (inIt.has(listener.who.userId)) continue;
    members.changed(place);
    listener.tell({ type: 'removed', dlgId: place.dlgId });
  }
}

/** Those who are reading the log already need no help. */
function furthestBehind(listeners: Iterable<Listener>, { dlgId }: Place): number | undefined {
  let lowest: number | undefined;
  for (const listener of listeners) {
    const cursor = listener.cursorOf(dlgId);
    if (cursor !== undefined && (lowest === undefined || cursor < lowest)) lowest = cursor;
  }
  return lowest;
}

const placeOf = ({ appId, dlgId }: Head): Place => ({ appId, dlgId });
const keyOf = ({ appId, dlgId }: Place): string => `${appId}\0${dlgId}`;
