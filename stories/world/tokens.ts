import { Refused, id, type Instant, type SessionId, type UserId } from '@trialogue/protocol';
import type { SignIn } from '@trialogue/server/core';

import { actorOf } from './names.ts';
import type { Process } from './process.ts';

/** Tokens of the platform's users. How they are signed is not what a world is about: they say whose they are. */
export class Tokens {
  readonly #lifeMs: () => number;
  readonly #revoked = new Set<SessionId>();
  readonly #issued = new Map<UserId, SessionId[]>();

  constructor(lifeMs: () => number) {
    this.#lifeMs = lifeMs;
  }

  /** A new session, by the clock of the node that was asked. */
  issue(userId: UserId, now: Instant): string {
    const own = this.#issued.get(userId) ?? [];
    const sessionId = id<SessionId>(`${userId}/${own.length + 1}`);
    this.#issued.set(userId, [...own, sessionId]);
    return `${userId} ${sessionId} ${now + this.#lifeMs()}`;
  }

  /** All sessions of the user end. */
  revoke(userId: UserId): SessionId[] {
    const own = this.#issued.get(userId) ?? [];
    for (const each of own) this.#revoked.add(each);
    return own;
  }

  /** Which sessions are over, for a node whose database `ask` reaches. */
  endedAmong(ask: () => Promise<unknown>): SignIn['endedAmong'] {
    return async (sessionIds) => {
      await ask();
      return sessionIds.filter((each) => this.#revoked.has(each));
    };
  }

  /** How a node checks a token: its own clock, and the database, which `ask` reaches. */
  checkedBy(process: Process, ask: () => Promise<unknown>): SignIn['authenticate'] {
    return async (token) => {
      const [userId, sessionId, expiresAt] = token.split(' ') as [UserId, SessionId, string];
      if (Number(expiresAt) <= process.now()) throw new Refused('auth.expired');
      await ask();
      if (this.#revoked.has(sessionId)) throw new Refused('auth.revoked');
      return { ...actorOf(userId), sessionId, expiresAt: Number(expiresAt) };
    };
  }
}
