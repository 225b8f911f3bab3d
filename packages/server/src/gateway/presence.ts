import type { AppId, UserId } from '@trialogue/protocol';

import type { Bus, Place, Presence } from '../chat/ports.ts';
import type { Logger } from '../ops/log.ts';
import type { Members } from './members.ts';
import type { Registry } from './registry.ts';
import { everySoOften, type Timers } from './timers.ts';
import { share } from './wire.ts';

export interface PresencePorts {
  bus: Bus;
  registry: Registry;
  members: Members;
  logger: Logger;
  timers: Timers;
}

export interface Watch extends Presence {
  /** Another node, or this one, has said who is there. */
  heard(appId: AppId, userIds: readonly UserId[], isOnline: boolean): void;
  stop(): void;
}

/** Whoever is gone for less was never away: a page that is loaded anew, a phone that changes its network. */
export const LINGER_MS = 3_000;
/** Each node says this often who is there; whom nobody has named for the time after is away. */
const SAY_EVERY_MS = 10_000;
export const BELIEVED_MS = 30_000;
const LOOK_MS = 1_000;
/** What changes within this is told at once. */
const GATHER_MS = 200;
const NAMED_AT_ONCE = 500;

interface Seen {
  readonly appId: AppId;
  readonly userId: UserId;
  /** For ever while a socket of the user is bound here. */
  until: number;
}

/**
 * Who is here, on whichever node, as far as this node has heard.
 *
 * It promises little: somebody who comes is seen within a moment, somebody who goes within some seconds, and somebody whose
 * node died within half a minute. Word may be lost or overtaken; it is right again when nodes have next said who is
 * there. No change is told that lasted less than {@link LINGER_MS}, and nothing to anybody who shares no
 * conversation with the user (I20).
 */
export function watchPresence({ bus, registry, members, logger, timers }: PresencePorts): Watch {
  const seen = new Map<string, Seen>();
  /** Whose presence has changed here since the others were told; true when it was first. */
  const changed = new Map<string, { who: Seen; wasOnline: boolean }>();
  const toSay = new Map<string, Seen>();
  let cancelTelling: (() => void) | undefined;
  let isStopped = false;

  const tellSoon = () => {
    if (isStopped) return;
    cancelTelling ??= timers.after(GATHER_MS, () => {
      cancelTelling = undefined;
      say([...toSay.values()]);
      toSay.clear();
      const all = [...changed.values()].filter(({ who, wasOnline }) => seen.has(keyOf(who)) !== wasOnline);
      changed.clear();
      tellFollowers(all.map(({ who }) => who)).catch((error: unknown) => {
        logger.debug('presence: not told', { error });
      });
    });
  };
  const turned = (who: Seen, wasOnline: boolean) => {
    if (!changed.has(keyOf(who))) changed.set(keyOf(who), { who, wasOnline });
    tellSoon();
  };
  const isHere = ({ appId, userId }: Seen) => registry.isOnline(appId, userId);

  /** To the other nodes: who of these is here, and who is not. */
  const say = (users: readonly Seen[]) => {
    for (const isOnline of [true, false]) {
      const apps = new Map<AppId, UserId[]>();
      for (const who of users) {
        if (isHere(who) !== isOnline) continue;
        const named = apps.get(who.appId);
        if (named) named.push(who.userId);
        else apps.set(who.appId, [who.userId]);
      }
      for (const [appId, named] of apps) {
        for (let at = 0; at < named.length; at += NAMED_AT_ONCE) {
          const userIds = named.slice(at, at + NAMED_AT_ONCE);
          bus.tell({ kind: 'presence', appId, userIds, isOnline }).catch((error: unknown) => {
            logger.debug('presence: the bus did not take it', { appId, error });
          });
        }
      }
    }
  };

  /** One question for each conversation, however many of its members come or go at once. */
  const tellFollowers = async (users: readonly Seen[]) => {
    const concerned = new Map<string, { place: Place; users: Seen[] }>();
    for (const who of users) {
      for (const place of members.placesOf(who.appId, who.userId)) {
        const key = `${place.appId}\0${place.dlgId}`;
        const it = concerned.get(key);
        if (it) it.users.push(who);
        else concerned.set(key, { place, users: [who] });
      }
    }
    for (const { place, users: changedHere } of concerned.values()) {
      const followers = [...registry.followersOf(place)];
      if (followers.length === 0) continue;
      const inIt = await members.of(place);
      for (const who of changedHere) {
        if (!inIt.has(who.userId)) continue;
        const frame = share({
          op: 'presence',
          dlgId: place.dlgId,
          userId: who.userId,
          isOnline: seen.has(keyOf(who)),
        });
        for (const listener of followers) {
          const { userId } = listener.who;
          if (userId !== who.userId && inIt.has(userId)) listener.tell({ type: 'presence', frame });
        }
      }
    }
  };

  const believe = (appId: AppId, userId: UserId, until: number) => {
    const known = seen.get(keyOf({ appId, userId }));
    if (known) {
      known.until = until;
      return known;
    }
    const who = { appId, userId, until };
    seen.set(keyOf(who), who);
    turned(who, false);
    return who;
  };

  registry.watch({
    came(appId, userId) {
      const who = believe(appId, userId, Infinity);
      toSay.set(keyOf(who), who);
      tellSoon();
    },
    went(appId, userId) {
      const who = believe(appId, userId, timers.now() + LINGER_MS);
      toSay.set(keyOf(who), who);
      tellSoon();
    },
  });
  const stopSaying = everySoOften(timers, SAY_EVERY_MS, () => {
    say(registry.users().map((who) => ({ ...who, until: Infinity })));
  });
  const stopLooking = everySoOften(timers, LOOK_MS, () => {
    const now = timers.now();
    for (const [key, who] of seen) {
      if (who.until > now) continue;
      seen.delete(key);
      turned(who, true);
    }
  });

  return {
    isOnline: (appId, userId) => seen.has(keyOf({ appId, userId })),
    heard(appId, userIds, isOnline) {
      const now = timers.now();
      for (const userId of userIds) {
        const who = seen.get(keyOf({ appId, userId }));
        if (registry.isOnline(appId, userId)) {
          // Gone there, but here: the others are to know before they believe it.
          if (!isOnline && who) {
            toSay.set(keyOf(who), who);
            tellSoon();
          }
        } else if (isOnline) believe(appId, userId, now + BELIEVED_MS);
        else if (who) who.until = Math.min(who.until, now + LINGER_MS);
      }
    },
    stop() {
      isStopped = true;
      stopSaying();
      stopLooking();
      cancelTelling?.();
    },
  };
}

const keyOf = ({ appId, userId }: { appId: AppId; userId: UserId }): string => `${appId}\0${userId}`;
