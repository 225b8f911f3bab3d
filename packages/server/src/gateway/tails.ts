import { limits } from '@trialogue/protocol';

import type { Log } from '../chat/chat.ts';
import type { Place } from '../chat/ports.ts';
import type { Logger } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import { messageFrame } from './driver.ts';
import type { Listener, Registry } from './registry.ts';
import { share } from './wire.ts';

/** A lost notice is made good within this, give or take a fifth. */
export const LOOK_EVERY_MS = 10_000;

export interface TailPorts {
  log: Pick<Log, 'messagesAfter' | 'memberIds'>;
  registry: Registry;
  logger: Logger;
  metrics: Metrics;
}

/**
 * Looks every ten seconds, for each conversation that somebody here follows, whether the log has more than was heard
 * and whether all who follow are still members. So the bus may lose anything and only time is lost (I15, I35).
 *
 * @returns how to stop.
 */
export function watchTails(at: TailPorts): () => void {
  let isStopped = false;
  let timer: NodeJS.Timeout;
  const lookLater = () => {
    timer = setTimeout(() => void look(), LOOK_EVERY_MS * (0.8 + 0.4 * Math.random())).unref();
  };
  const look = async () => {
    for (const place of at.registry.followed()) {
      if (isStopped) return;
      try {
        await lookAt(at, place);
      } catch (error) {
        at.metrics.failed('gateway.tail');
        at.logger.error('the log could not be looked at', { ...place, error });
      }
    }
    if (!isStopped) lookLater();
  };
  lookLater();
  return () => {
    isStopped = true;
    clearTimeout(timer);
  };
}

export async function lookAt({ log, registry }: TailPorts, place: Place): Promise<void> {
  const members = new Set(await log.memberIds(place));
  for (const listener of registry.followersOf(place)) {
    if (!members.has(listener.who.userId)) listener.tell({ type: 'removed', dlgId: place.dlgId });
  }
  for (let isMore = true; isMore;) {
    const after = furthestBehind(registry.followersOf(place), place);
    if (after === undefined) return;
    const messages = await log.messagesAfter(place, after, limits.page);
    for (const message of messages) {
      const frame = share(messageFrame(place.dlgId, message));
      for (const listener of registry.followersOf(place)) listener.tell({ type: 'message', frame });
    }
    isMore = messages.length === limits.page;
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
