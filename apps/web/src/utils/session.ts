import type { DlgId, Urole, UserId } from '@trialogue/protocol';

import { browserKeep, tabKeep } from './storage.ts';

/** Who this tab acts as, and with what right. */
export interface UserInfo {
  userId: UserId;
  urole: Urole;
  token: string;
  /** Not there when the embedding page lent us its token: then only that page can renew it. */
  refreshToken?: string;
  /** Of the token, by the server's clock. */
  expiresAt?: number;
  /** The one conversation that a link opened; not there after a sign-in by name. */
  groupId?: DlgId;
}

/** Why a session ended: a refusal's name, or that the user wanted it. */
export type Farewell = 'left' | (string & {});

interface Slots {
  userInfo: UserInfo;
  farewell: Farewell;
  /** The address that needed a sign-in. */
  wanted: string;
}

let lent: UserInfo | undefined;

/**
 * What this tab holds under a name. `userInfo` has two copies: the tab's own says who this tab is, so that two
 * users in two tabs do not clash; the browser's, filed under user and conversation, lets that user come back.
 */
export function getSession<Name extends keyof Slots>(name: Name): Slots[Name] | undefined;
export function getSession(name: keyof Slots): Slots[keyof Slots] | undefined {
  if (name === 'userInfo' && lent) return lent;
  return parsed(tabKeep.get(name));
}

export function setSession<Name extends keyof Slots>(name: Name, value: Slots[Name]): void;
export function setSession(name: keyof Slots, value: Slots[keyof Slots]): void {
  tabKeep.set(name, JSON.stringify(value));
  if (typeof value === 'object') browserKeep.set(place(value.userId, value.groupId), JSON.stringify(value));
}

export function removeSession(name: keyof Slots): void {
  if (name === 'userInfo') {
    const gone = getSession('userInfo');
    if (lent) {
      lent = undefined;
      return;
    }
    if (gone) browserKeep.remove(place(gone.userId, gone.groupId));
  }
  tabKeep.remove(name);
}

/** Takes a token from the embedding page. It stays in memory: it is not ours to keep. */
export function lendSession(userInfo: UserInfo): void {
  lent = userInfo;
}

/** A session of that very user which covers the conversation: by its link, or by a sign-in. */
export function findSession(userId: UserId, groupId?: DlgId): UserInfo | undefined {
  const own = getSession('userInfo');
  if (own?.userId === userId && (own.groupId === undefined || own.groupId === groupId)) return storedSession(own);
  const kept = (groupId && browserKeep.get(place(userId, groupId))) ?? browserKeep.get(place(userId));
  return parsed(kept ?? null) as UserInfo | undefined;
}

/** The newest copy of a session: another tab may have renewed it. */
export function storedSession(userInfo: UserInfo): UserInfo {
  if (userInfo === lent) return userInfo;
  return (parsed(browserKeep.get(place(userInfo.userId, userInfo.groupId))) as UserInfo | undefined) ?? userInfo;
}

const place = (userId: UserId, groupId?: DlgId): string => `userInfo:${userId}:${groupId ?? ''}`;

function parsed(text: string | null): Slots[keyof Slots] | undefined {
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as Slots[keyof Slots];
  } catch {
    return undefined;
  }
}
