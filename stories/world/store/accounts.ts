import type { Instant, SessionId } from '@trialogue/protocol';
import type { SessionRow } from '@trialogue/server/core';

import type { Commands } from './commands.ts';
import { clientKeyOf, keyOf, type Tables } from './tables.ts';

/** A day after their end, tickets, sessions and fences are forgotten. */
const KEPT_AFTER_END_MS = 24 * 60 * 60_000;

/** Apps, users, sessions and tickets. */
export function accounts(tables: Tables) {
  const { apps, users, sessions, spent, tickets, fences, journal } = tables;
  const live = ({ endedAt }: SessionRow) => endedAt === undefined;
  const end = (session: SessionRow, now: Instant): SessionId => {
    journal.put(sessions, session.sessionId, { ...session, endedAt: now });
    return session.sessionId;
  };
  return {
    putApp: (app) => journal.put(apps, app.appId, structuredClone(app)),
    findApp: (appId) => apps.get(appId),
    findAppBySecretHash: (hash) =>
      [...apps.values()].find(({ secretHash, older }) => secretHash === hash || older?.secretHash === hash),
    listApps: () => [...apps.values()].sort((a, b) => (a.appId < b.appId ? -1 : 1)),
    putUser: (appId, profile) => journal.put(users, keyOf(appId, profile.userId), profile),
    findUser: (appId, userId) => users.get(keyOf(appId, userId)),

    createSession(session) {
      tables.user(session.appId, session.userId);
      journal.put(sessions, session.sessionId, session);
    },
    findSession: (sessionId) => sessions.get(sessionId),
    rotateRefresh({ oldHash, newHash, now, idleAt }) {
      const holder = [...sessions.values()].find(({ refreshHash }) => refreshHash === oldHash);
      if (holder && live(holder) && holder.expiresAt > now && holder.idleAt > now) {
        const rotated = { ...holder, refreshHash: newHash, idleAt };
        journal.put(sessions, holder.sessionId, rotated);
        journal.put(spent, oldHash, holder.sessionId);
        return rotated;
      }
      const stolen = sessions.get(spent.get(oldHash) ?? ('' as SessionId));
      if (stolen && live(stolen)) end(stolen, now);
      return undefined;
    },
    raiseFence({ client, ...actor }, now) {
      const key = clientKeyOf(actor, client);
      if ((fences.get(key)?.fence ?? 0) >= client.fence) return false;
      journal.put(fences, key, { fence: client.fence, raisedAt: now });
      return true;
    },
    endedAmong: (sessionIds, now) =>
      sessionIds.filter((sessionId) => {
        const session = sessions.get(sessionId);
        return !session || !live(session) || session.expiresAt <= now;
      }),
    endSession(sessionId, now) {
      const session = sessions.get(sessionId);
      if (session && live(session)) end(session, now);
    },
    endSessionsOf: (appId, userId, now) =>
      [...sessions.values()]
        .filter((session) => session.appId === appId && session.userId === userId && live(session))
        .map((session) => end(session, now)),
    useTicket({ appId, jti, expiresAt }) {
      const isFirst = !tickets.has(keyOf(appId, jti));
      if (isFirst) journal.put(tickets, keyOf(appId, jti), expiresAt);
      return isFirst;
    },
    forgetExpired(now) {
      for (const [key, expiresAt] of tickets) if (expiresAt < now - KEPT_AFTER_END_MS) journal.drop(tickets, key);
      for (const [key, { expiresAt }] of sessions) if (expiresAt < now - KEPT_AFTER_END_MS) journal.drop(sessions, key);
      for (const [key, { raisedAt }] of fences) if (raisedAt < now - KEPT_AFTER_END_MS) journal.drop(fences, key);
    },
  } satisfies Partial<Commands>;
}
