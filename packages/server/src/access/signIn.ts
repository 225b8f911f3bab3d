import type { AppId, DlgId, Instant, SessionId, UserId } from '@trialogue/protocol';
import type { BodyOf, ClientApi, DataOf, PlatformApi, Session } from '@trialogue/protocol/api';

import type { Actor, App } from '../chat/ports.ts';

/** A proved user, and until when. */
export interface SignedIn extends Actor {
  expiresAt: Instant;
}

/** Who is asking, and how they came in. */
export interface SignIn {
  /** @throws {Refused} auth.invalid, auth.expired, auth.revoked */
  authenticate(token: string): Promise<SignedIn>;
  /** @throws {Refused} auth.invalid */
  authenticateApp(secret: string): Promise<App>;
  /** @throws {Refused} ticket.*, conversation.not_member */
  exchangeTicket(ask: BodyOf<ClientApi['createSession']>): Promise<Session>;
  /** @throws {Refused} auth.invalid, auth.expired, auth.revoked */
  refresh(refreshToken: string): Promise<Session>;
  logout(actor: Actor): Promise<void>;
  /** Which of these sessions live no more, for sockets that word of it did not reach. */
  endedAmong(sessionIds: readonly SessionId[]): Promise<SessionId[]>;
  createToken(appId: AppId, userId: UserId, ttlSeconds?: number): Promise<DataOf<PlatformApi['createToken']>>;
  revokeTokens(appId: AppId, userId: UserId): Promise<void>;
  /** A link of the seed's form with a fresh ticket in its fragment. */
  createLink(
    app: App,
    ask: { dlgId: DlgId; userId: UserId; ttlSeconds?: number },
  ): Promise<DataOf<PlatformApi['createLink']>>;
}
