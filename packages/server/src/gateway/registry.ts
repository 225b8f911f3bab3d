import type { AppId, DlgId, Seq, SessionId, UserId } from '@trialogue/protocol';

import type { Actor, Place, Presence } from '../chat/ports.ts';
import type { SessionEvent } from './events.ts';

/** A bound socket, for whoever has news for it. */
export interface Listener {
  readonly who: Actor;
  tell(event: SessionEvent): void;
  /** How far it is with a conversation whose live messages it gets; undefined when it does not, or is catching up. */
  cursorOf(dlgId: DlgId): Seq | undefined;
}

/**
 * The bound sockets of this node: by user, and by conversation that they follow.
 *
 * It also remembers for a while which sessions were revoked. A token may be checked just before its session is
 * revoked and its socket be bound just after: `admit` then says no.
 */
export interface Registry extends Presence {
  /** False when the session of this socket was revoked. */
  admit(listener: Listener): boolean;
  follow(listener: Listener, dlgId: DlgId): void;
  unfollow(listener: Listener, dlgId: DlgId): void;
  /** The socket is gone. */
  drop(listener: Listener): void;
  ofUser(appId: AppId, userId: UserId): Iterable<Listener>;
  followersOf(place: Place): Iterable<Listener>;
  /** Conversations that somebody here follows. */
  followed(): Place[];
  revoke(sessionIds: readonly SessionId[]): void;
}

const REVOKED_KEPT_MS = 60_000;
const nobody: readonly Listener[] = [];

export function createRegistry(): Registry {
  const users = new Map<string, Set<Listener>>();
  const conversations = new Map<string, { place: Place; followers: Set<Listener> }>();
  const followedBy = new Map<Listener, Set<string>>();
  const revoked = new Map<SessionId, number>();

  const forget = (key: string, listener: Listener) => {
    const conversation = conversations.get(key);
    conversation?.followers.delete(listener);
    if (conversation?.followers.size === 0) conversations.delete(key);
  };

  return {
    admit(listener) {
      const { appId, userId, sessionId } = listener.who;
      if (revoked.has(sessionId)) return false;
      const key = keyOf(appId, userId);
      const sockets = users.get(key);
      if (sockets) sockets.add(listener);
      else users.set(key, new Set([listener]));
      return true;
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
      const key = keyOf(listener.who.appId, listener.who.userId);
      const sockets = users.get(key);
      sockets?.delete(listener);
      if (sockets?.size === 0) users.delete(key);
      for (const followed of followedBy.get(listener) ?? []) forget(followed, listener);
      followedBy.delete(listener);
    },
    ofUser: (appId, userId) => users.get(keyOf(appId, userId)) ?? nobody,
    followersOf: ({ appId, dlgId }) => conversations.get(keyOf(appId, dlgId))?.followers ?? nobody,
    followed: () => [...conversations.values()].map(({ place }) => place),
    isOnline: (appId, userId) => users.has(keyOf(appId, userId)),
    revoke(sessionIds) {
      const now = performance.now();
      for (const [sessionId, at] of revoked) {
        if (now - at < REVOKED_KEPT_MS) break;
        revoked.delete(sessionId);
      }
      for (const sessionId of sessionIds) revoked.set(sessionId, now);
    },
  };
}

const keyOf = (appId: AppId, id: UserId | DlgId): string => `${appId}\0${id}`;
