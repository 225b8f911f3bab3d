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
  const users = new Map<string, Set<Listener>>();
  /** The newest socket of each client that said which it is. */
  const clients = new Map<string, Listener>();
  const conversations = new Map<string, { place: Place; followers: Set<Listener> }>();
  const followedBy = new Map<Listener, Set<string>>();
  const revoked = new Map<SessionId, number>();
  const watchers: Watcher[] = [];

  const forget = (key: string, listener: Listener) => {
    const conversation = conversations.get(key);
    conversation?.followers.delete(listener);
    if (conversation?.followers.size === 0) conversations.delete(key);
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
      const key = keyOf(appId, userId);
      const sockets = users.get(key);
      if (!sockets) {
        users.set(key, new Set([listener]));
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
      const key = keyOf(appId, dlgId);
      const conversation = conversations.get(key);
      if (conversation) conversation.followers.add(listener);
      else conversations.set(key, { place: { appId, dlgId }, followers: new Set([listener]) });
      const keys = followedBy.get(listener);
      if (keys) keys.add(key);
      else followedBy.set(listener, new Set([key]));
    },
    unfollow(listener, dlgId) {
      const key = keyOf(listener.who.appId, dlgId);
      followedBy.get(listener)?.delete(key);
      forget(key, listener);
    },
    drop(listener) {
      const { appId, userId, client } = listener.who;
      if (client && clients.get(clientKeyOf(listener.who)) === listener) clients.delete(clientKeyOf(listener.who));
      for (const followed of followedBy.get(listener) ?? []) forget(followed, listener);
      followedBy.delete(listener);
      const key = keyOf(appId, userId);
      const sockets = users.get(key);
      if (!sockets?.delete(listener) || sockets.size > 0) return;
      users.delete(key);
      for (const watcher of watchers) watcher.went(appId, userId);
    },
    ofUser: (appId, userId) => users.get(keyOf(appId, userId)) ?? nobody,
    followersOf: ({ appId, dlgId }) => conversations.get(keyOf(appId, dlgId))?.followers ?? nobody,
    followed: () => [...conversations.values()].map(({ place }) => place),
    all: () => [...users.values()].flatMap((sockets) => [...sockets]),
    users: () =>
      [...users.values()].flatMap(([listener]) =>
        listener ? [{ appId: listener.who.appId, userId: listener.who.userId }] : [],
      ),
    isOnline: (appId, userId) => users.has(keyOf(appId, userId)),
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

const keyOf = (appId: AppId, id: UserId | DlgId): string => `${appId}\0${id}`;
/** A `sid` is only believed beside the user whose token came with it. */
const clientKeyOf = ({ appId, userId, client }: Actor): string => `${appId}\0${userId}\0${client?.sid}`;
