import {
  Refused,
  SYSTEM,
  type AppId,
  type DlgId,
  type Seq,
  type ServerFrameOf,
  type UserId,
} from '@trialogue/protocol';

import type { Log } from '../chat/chat.ts';
import type { Bus, Notice, Place } from '../chat/ports.ts';
import type { Logger } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import { messageFrame } from './driver.ts';
import { epochOf } from './epochOf.ts';
import type { SessionEvent } from './events.ts';
import type { Members, Named } from './members.ts';
import { Pairs } from './pairs.ts';
import type { Watch } from './presence.ts';
import type { Listener, Registry } from './registry.ts';
import { dismissStrangers } from './tails.ts';
import type { Timers } from './timers.ts';
import { share } from './wire.ts';

/** How far a conversation is, for those who do not follow it. */
interface Head {
  readonly place: Place;
  readonly seq: Seq;
  readonly named: Named;
}

export interface FanoutPorts {
  bus: Bus;
  log: Pick<Log, 'memberIds' | 'dlgKey'>;
  registry: Registry;
  members: Members;
  presence: Watch;
  logger: Logger;
  metrics: Metrics;
  timers: Pick<Timers, 'endOfTurn'>;
}

/**
 * Brings what the bus says to the sockets it concerns, and to members only, whatever else the bus has lost (I20). A frame
 * is built once, however many sockets get it. The bus may lose a notice; see tails.ts.
 *
 * @returns how to stop.
 */
export function startFanout(at: FanoutPorts): () => void {
  const { bus, log, registry, members, presence, logger, metrics, timers } = at;
  let heads = new Pairs<AppId, DlgId, Head>();
  /** New keys that are being fetched. What is sealed under one waits for it, so that who gets it can open it. */
  const keys = new Pairs<AppId, DlgId, Promise<void>>();
  let cancelTurn: (() => void) | undefined;

  const failed = (where: string, place: Place) => (error: unknown) => {
    metrics.failed(`gateway.${where}`);
    logger.error('fan-out failed; the sockets learn of it at the next look at the log', { ...place, error });
  };

  const tellHead = ({ place, seq }: Head, inIt: ReadonlySet<UserId>) => {
    const following = registry.followersOf(place);
    let event: SessionEvent | undefined;
    for (const userId of inIt) {
      for (const listener of registry.ofUser(place.appId, userId)) {
        if (following.has(listener)) continue;
        event ??= { type: 'head', frame: share({ op: 'head', dlgId: place.dlgId, head: seq }) };
        listener.tell(event);
      }
    }
  };
  const endTurn = () => {
    const all = heads;
    heads = new Pairs();
    cancelTurn = undefined;
    for (const head of all.values()) {
      void tellMembers(head.place, head.named, 'head', (inIt) => tellHead(head, inIt));
    }
  };
  /** However many messages a turn brings, those who do not follow the conversation hear of it once. */
  const tellHeadSoon = (place: Place, seq: Seq, named: Named) => {
    cancelTurn ??= timers.endOfTurn(endTurn);
    const earlier = heads.get(place.appId, place.dlgId);
    if (!earlier || earlier.seq < seq) heads.set(place.appId, place.dlgId, { place, seq, named });
  };

  /** At once when it is known who is in the conversation; else, in the same order, when it is. */
  const tellMembers = (
    place: Place,
    named: Named,
    where: string,
    tell: (inIt: ReadonlySet<UserId>) => void,
  ): Promise<void> | void => {
    const known = members.known(place, named);
    return known ? tell(known) : members.of(place, named).then(tell).catch(failed(where, place));
  };

  const tellMessage = (place: Place, frame: ServerFrameOf<'message'>, inIt: ReadonlySet<UserId>) => {
    let count = 0;
    const event = { type: 'message', frame } as const;
    const doubtful: Listener[] = [];
    for (const listener of registry.followersOf(place)) {
      // Who is still to be let in is asked about then; what comes before waits.
      if (!inIt.has(listener.who.userId) && listener.isIn(place.dlgId)) doubtful.push(listener);
      else {
        listener.tell(event);
        count++;
      }
    }
    metrics.messagesDelivered(count);
    if (doubtful.length > 0) void askAgain(place, frame, doubtful);
  };
  /** They have just come, and what is known of the members is older; or they have gone, and word of it was lost. */
  const askAgain = async (place: Place, frame: ServerFrameOf<'message'>, doubtful: readonly Listener[]) => {
    try {
      members.changed(place);
      const inIt = await members.of(place);
      for (const listener of doubtful) {
        const isMember = inIt.has(listener.who.userId);
        listener.tell(isMember ? { type: 'message', frame } : { type: 'removed', dlgId: place.dlgId });
      }
    } catch (error) {
      failed('message', place)(error);
    }
  };

  const tellKey = async (place: Place) => {
    const dlgKey = await log.dlgKey(place).catch(noneWhereGone);
    await dismissStrangers(at, place);
    if (dlgKey === undefined) return;
    const frame = { op: 'key' as const, dlgId: place.dlgId, dlgKey };
    share(frame);
    for (const listener of registry.followersOf(place)) listener.tell({ type: 'key', frame });
  };

  const hear = (notice: Notice): Promise<void> | void => {
    switch (notice.kind) {
      case 'message': {
        const { appId, dlgId, message } = notice;
        const place = { appId, dlgId };
        const named = { epoch: epochOf(message), seq: message.seq };
        // The server itself writes when members come and go.
        if (message.fromuid === SYSTEM) members.changed(place);
        tellHeadSoon(place, message.seq, named);
        const frame = share(messageFrame(dlgId, message));
        const tell = () => tellMembers(place, named, 'message', (inIt) => tellMessage(place, frame, inIt));
        const key = keys.get(appId, dlgId);
        return key ? key.then(tell) : tell();
      }
      case 'receipt': {
        const { appId, dlgId, userId, deliveredSeq, readSeq } = notice;
        const place = { appId, dlgId };
        const frame = share({ op: 'receipt', dlgId, userId, deliveredSeq, readSeq });
        return tellMembers(place, { seq: Math.max(deliveredSeq, readSeq) }, 'receipt', (inIt) => {
          for (const listener of registry.followersOf(place)) {
            if (inIt.has(listener.who.userId)) listener.tell({ type: 'receipt', frame });
          }
        });
      }
      case 'typing': {
        const { appId, dlgId, userId, isTyping } = notice;
        const place = { appId, dlgId };
        const frame = share({ op: 'typing', dlgId, userId, isTyping });
        return tellMembers(place, {}, 'typing', (inIt) => {
          if (!inIt.has(userId) || members.mutedIn(place).has(userId)) return;
          for (const listener of registry.followersOf(place)) {
            const hearer = listener.who.userId;
            if (hearer !== userId && inIt.has(hearer)) listener.tell({ type: 'typing', frame });
          }
        });
      }
      case 'presence':
        return presence.heard(notice.appId, notice.userIds, notice.isOnline);
      case 'removed': {
        const { appId, dlgId, userId } = notice;
        members.changed({ appId, dlgId });
        for (const listener of registry.ofUser(appId, userId)) listener.tell({ type: 'removed', dlgId });
        return;
      }
      case 'key': {
        const { appId, dlgId } = notice;
        const place = { appId, dlgId };
        members.changed(place);
        const told = tellKey(place)
          .catch(failed('key', place))
          .finally(() => keys.get(appId, dlgId) === told && keys.delete(appId, dlgId));
        keys.set(appId, dlgId, told);
        return;
      }
      case 'replaced': {
        const { appId, userId, sid, fence } = notice;
        for (const listener of registry.ofUser(appId, userId)) {
          listener.tell({ type: 'replaced', client: { sid, fence } });
        }
        return;
      }
      case 'revoked': {
        const { appId, userId, sessionIds } = notice;
        registry.revoke(sessionIds);
        for (const listener of registry.ofUser(appId, userId)) listener.tell({ type: 'revoked', sessionIds });
      }
    }
  };

  const stopListening = bus.listen((notice) => void hear(notice));
  return () => {
    stopListening();
    cancelTurn?.();
  };
}

/** A conversation that was deleted has no key, and nobody to tell of one. */
function noneWhereGone(error: unknown): undefined {
  if (error instanceof Refused && error.refusal === 'conversation.not_found') return undefined;
  throw error;
}
