import { SYSTEM, type Seq, type ServerFrameOf } from '@trialogue/protocol';

import type { Log } from '../chat/chat.ts';
import type { Bus, Notice, Place } from '../chat/ports.ts';
import type { Logger } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import { messageFrame } from './driver.ts';
import { createMembers } from './members.ts';
import type { Registry } from './registry.ts';
import { share } from './wire.ts';

export interface FanoutPorts {
  bus: Bus;
  log: Log;
  registry: Registry;
  logger: Logger;
  metrics: Metrics;
}

/**
 * Brings what the bus says to the sockets it concerns. A frame is built once, however many sockets get it.
 * The bus may lose a notice; see tails.ts.
 *
 * @returns how to stop.
 */
export function startFanout({ bus, log, registry, logger, metrics }: FanoutPorts): () => void {
  const members = createMembers(log);
  const heads = new Map<string, Place & { head: Seq }>();
  /** New keys that are being fetched. What is sealed under one waits for it, so that who gets it can open it. */
  const keys = new Map<string, Promise<void>>();
  let turn: NodeJS.Immediate | undefined;

  const failed = (where: string, place: Place) => (error: unknown) => {
    metrics.failed(`gateway.${where}`);
    logger.error('fan-out failed; the sockets learn of it at the next look at the log', { ...place, error });
  };

  const tellHead = async ({ head, ...place }: Place & { head: Seq }) => {
    const frame = share({ op: 'head', dlgId: place.dlgId, head });
    for (const userId of await members.of(place)) {
      for (const listener of registry.ofUser(place.appId, userId)) listener.tell({ type: 'head', frame });
    }
  };
  const endTurn = () => {
    turn = undefined;
    const all = [...heads.values()];
    heads.clear();
    for (const head of all) tellHead(head).catch(failed('head', { appId: head.appId, dlgId: head.dlgId }));
  };
  /** However many messages a turn brings, those who do not follow the conversation hear of it once. */
  const tellHeadSoon = (place: Place, head: Seq) => {
    const key = keyOf(place);
    heads.set(key, { ...place, head: Math.max(head, heads.get(key)?.head ?? 0) });
    turn ??= setImmediate(endTurn);
  };

  const tellMessage = (place: Place, frame: ServerFrameOf<'message'>) => {
    let count = 0;
    for (const listener of registry.followersOf(place)) {
      listener.tell({ type: 'message', frame });
      count++;
    }
    metrics.messagesDelivered(count);
  };

  /** Only to those who are members now: word of a removal may have been lost, and this is the key. */
  const tellKey = async (place: Place) => {
    const [ids, dlgKey] = await Promise.all([log.memberIds(place), log.dlgKey(place)]);
    const frame = share({ op: 'key', dlgId: place.dlgId, dlgKey });
    const stayed = new Set(ids);
    for (const listener of registry.followersOf(place)) {
      listener.tell(stayed.has(listener.who.userId) ? { type: 'key', frame } : { type: 'removed', dlgId: place.dlgId });
    }
  };

  const hear = (notice: Notice) => {
    switch (notice.kind) {
      case 'message': {
        const { appId, dlgId, message } = notice;
        const place = { appId, dlgId };
        // The server itself writes when members come and go.
        if (message.fromuid === SYSTEM) members.changed(place);
        tellHeadSoon(place, message.seq);
        const frame = share(messageFrame(dlgId, message));
        const key = keys.get(keyOf(place));
        return key ? void key.then(() => tellMessage(place, frame)) : tellMessage(place, frame);
      }
      case 'receipt': {
        const { appId, dlgId, userId, deliveredSeq, readSeq } = notice;
        const frame = share({ op: 'receipt', dlgId, userId, deliveredSeq, readSeq });
        for (const listener of registry.followersOf({ appId, dlgId })) listener.tell({ type: 'receipt', frame });
        return;
      }
      case 'removed': {
        const { appId, dlgId, userId } = notice;
        members.changed({ appId, dlgId });
        for (const listener of registry.ofUser(appId, userId)) listener.tell({ type: 'removed', dlgId });
        return;
      }
      case 'key': {
        const place = { appId: notice.appId, dlgId: notice.dlgId };
        members.changed(place);
        const told = tellKey(place)
          .catch(failed('key', place))
          .finally(() => keys.get(keyOf(place)) === told && keys.delete(keyOf(place)));
        keys.set(keyOf(place), told);
        return;
      }
      case 'revoked': {
        const { appId, userId, sessionIds } = notice;
        registry.revoke(sessionIds);
        for (const listener of registry.ofUser(appId, userId)) listener.tell({ type: 'revoked', sessionIds });
      }
    }
  };

  const stopListening = bus.listen(hear);
  return () => {
    stopListening();
    clearImmediate(turn);
  };
}

const keyOf = ({ appId, dlgId }: Place): string => `${appId}\0${dlgId}`;
