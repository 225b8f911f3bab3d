import {
  limits as defaults,
  type AppId,
  type DlgId,
  type Limits,
  type Seq,
  type SessionId,
  type UserId,
} from '@trialogue/protocol';

import type { Actor, Place, Presence } from '../chat/ports.ts';
import type { SessionEvent } from './events.ts';
import { Pairs } from './pairs.ts';
import { machineTimers, type Timers } from './timers.ts';

/** A bound socket, for whoever has news for it. */
export interface Listener {
  readonly who: Actor;
  tell(event: SessionEvent): void;
  /** How far it is with a conversation whose live messages it gets; undefined when it does not, or is catching up. */
  cursorOf(dlgId: DlgId): Seq | undefined;
  /** Whether it was let into a conversation that it follows; before, it is told nothing of it. */
  isIn(dlgId: DlgId): boolean;
}

/**
 * The bound sockets of this node: by user, by client, and by conversation that they follow.
 *
 * It also remembers for a while which sessions were revoked. A token may be checked just before its session is
 * revoked and its socket be bound just after: `admit` then says no.
 */
export interface Registry extends Presence {
  /**
   * Takes in a socket, or its newer token. An older socket of the same client is told to go, and so is the oldest of a user
   * who has too many. The answer is why it may not stay, if it may not.
   */
  admit(listener: Listener): 'admitted' | 'revoked' | 'replaced';
  follow(listener: Listener, dlgId: DlgId): void;
  unfollow(listener: Listener, dlgId: DlgId): void;
  /** The socket is gone. */
  drop(listener: Listener): void;
  ofUser(appId: AppId, userId: UserId): Iterable<Listener>;
  followersOf(place: Place): ReadonlySet<Listener>;
  /** Conversations that somebody here follows. */
  followed(): Place[];
  all(): Iterable<Listener>;
  users(): { appId: AppId; userId: UserId }[];
  revoke(sessionIds: readonly SessionId[]): void;
  /** Told of the first socket of each user, and when the last one is gone. */
  watch(watcher: Watcher): void;
}

export interface Watcher {
  came(appId: AppId, userId: UserId): void;
  went(appId: AppId, userId: UserId): void;
}

const REVOKED_KEPT_MS = 60_000;
const nobody: ReadonlySet<Listener> = new Set();

export function createRegistry({
  limits = defaults,
  timers = machineTimers,
}: { limits?: Pick<Limits, 'socketsPerUser'>; timers?: Pick<Timers, 'now'> } = {}): Registry {
  const users = new Pairs<AppId, UserId, Set<Listener>>();
  /** The newest socket of each client that said which it is. */
  const clients = new Map<string, Listener>();
  const conversations = new Pairs<AppId, DlgId, { place: Place; followers: Set<Listener> }>();
  const followedBy = new Map<Listener, Set<DlgId>>();
  const revoked = new Map<SessionId, number>();
  const watchers: Watcher[] = [];

  const forget = (listener: Listener, dlgId: DlgId) => {
    const { appId } = listener.who;
    const conversation = conversations.get(appId, dlgId);
    conversation?.followers.delete(listener);
    if (conversation?.followers.size === 0) conversations.delete(appId, dlgId);
  };

  /** False when there is one already that is as new. */
  const takeOver = (listener: Listener): boolean => {
    const { client } = listener.who;
    if (!client) return true;
    const key = clientKeyOf(listener.who);
    const older = clients.get(key);
    if (older !== listener && older?.who.client && older.who.client.fence >= client.fence) return false;
    clients.set(key, listener);
    if (older !== listener) older?.tell({ type: 'replaced', client });
    return true;
  };

  return {
    admit(listener) {
      const { appId, userId, sessionId } = listener.who;
      if (revoked.has(sessionId)) return 'revoked';
      if (!takeOver(listener)) return 'replaced';
      const sockets = users.get(appId, userId);
      if (!sockets) {
        users.set(appId, userId, new Set([listener]));
        for (const watcher of watchers) watcher.came(appId, userId);
        return 'admitted';
      }
      sockets.add(listener);
      const [oldest] = sockets;
      if (sockets.size > limits.socketsPerUser) oldest?.tell({ type: 'crowdedOut' });
      return 'admitted';
    },
    follow(listener, dlgId) {
      const { appId } = listener.who;
      const conversation = conversations.get(appId, dlgId);
      if (conversation) conversation.followers.add(listener);
      else conversations.set(appId, dlgId, { place: { appId, dlgId }, followers: new Set([listener]) });
      const followed = followedBy.get(listener);
      if (followed) followed.add(dlgId);
      else followedBy.set(listener, new Set([dlgId]));
    },
    unfollow(listener, dlgId) {
      followedBy.get(listener)?.delete(dlgId);
      forget(listener, dlgId);
    },
    drop(listener) {
      const { appId, userId, client } = listener.who;
      if (client && clients.get(clientKeyOf(listener.who)) === listener) clients.delete(clientKeyOf(listener.who));
      for (const dlgId of followedBy.get(listener) ?? []) forget(listener, dlgId);
      followedBy.delete(listener);
      const sockets = users.get(appId, userId);
      if (!sockets?.delete(listener) || sockets.size > 0) return;
      users.delete(appId, userId);
      for (const watcher of watchers) watcher.went(appId, userId);
    },
    ofUser: (appId, userId) => users.get(appId, userId) ?? nobody,
    followersOf: ({ appId, dlgId }) => conversations.get(appId, dlgId)?.followers ?? nobody,
    followed: () => Array.from(conversations.values(), ({ place }) => place),
    all: () => [...users.values()].flatMap((sockets) => [...sockets]),
    users: () =>
      [...users.values()].flatMap(([listener]) =>
        listener ? [{ appId: listener.who.appId, userId: listener.who.userId }] : [],
      ),
    isOnline: (appId, userId) => users.has(appId, userId),
    revoke(sessionIds) {
      const now = timers.now();
      for (const [sessionId, at] of revoked) {
        if (now - at < REVOKED_KEPT_MS) break;
        revoked.delete(sessionId);
      }
      for (const sessionId of sessionIds) revoked.set(sessionId, now);
    },
    watch: (watcher) => void watchers.push(watcher),
  };
}

/** A `sid` is only believed beside the user whose token came with it. */
const clientKeyOf = ({ appId, userId, client }: Actor): string => `${appId}\0${userId}\0${client?.sid}`;
