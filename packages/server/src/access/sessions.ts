import { randomBytes } from 'node:crypto';

import {
  Refused,
  id,
  type AppId,
  type DlgId,
  type Limits,
  type SessionId,
  type Urole,
  type UserId,
} from '@trialogue/protocol';

import type { App, Bus, Clock, KeyWrap, SessionRow, Store } from '../chat/ports.ts';
import { appWithSecret, secretOf, secretsOf, sha256 } from './apps.ts';
import type { SignIn } from './signIn.ts';
import { appNamedBy, signTicket, verifyTicket, type Ticket } from './tickets.ts';
import { LEEWAY_SECONDS, type AccessTokens } from './tokens.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** How long things live, in milliseconds. */
export const lifetimes = { access: 15 * MINUTE, idle: 24 * HOUR, session: 7 * 24 * HOUR, link: 24 * HOUR } as const;

/**
 * The life of a session.
 *
 *   ticket ── exchanged ──►                 ── logged out, revoked, refresh token used twice ──► ended
 *                           live ── refreshed ──► live
 *   backend ── createToken ►                ── 24 h without refresh, or 7 d ──► expired
 *
 * An access token is good while its session lives, and for 15 minutes. The row is asked on every request, so an
 * end is seen at once; sockets hear of it from the bus.
 */
export function createSignIn(at: {
  store: Store;
  wrap: KeyWrap;
  tokens: AccessTokens;
  bus: Bus;
  clock: Clock;
  /** The origin that links are made with. */
  publicUrl: () => string;
  limits: Limits;
}): SignIn {
  const { store, wrap, tokens, bus, clock, limits } = at;

  return {
    async authenticate(token) {
      const signedIn = await tokens.verify(token);
      const session = await store.findSession(signedIn.sessionId);
      if (!session || session.appId !== signedIn.appId || session.userId !== signedIn.userId) {
        throw new Refused('auth.invalid');
      }
      if (session.endedAt !== undefined) throw new Refused('auth.revoked');
      if (session.expiresAt + LEEWAY_SECONDS * 1000 <= clock.now()) throw new Refused('auth.expired');
      return signedIn;
    },

    authenticateApp: (secret) => appWithSecret(secret, store),

    async exchangeTicket({ groupId, userId, ticket }) {
      const app = await store.findApp(appNamedBy(ticket));
      if (!app) throw new Refused('ticket.invalid');
      const proved = await verifiedBy(app, ticket);
      if (proved.userId !== userId || proved.dlgId !== groupId) throw new Refused('ticket.mismatch');

      const { appId, dlgId, jti } = proved;
      const urole = await roleIn(appId, dlgId, userId);
      if (urole === undefined) throw new Refused('conversation.not_member');
      if (!(await store.useTicket({ appId, jti, expiresAt: proved.forgetAt }))) throw new Refused('ticket.used');

      return { ...(await begin({ appId, userId, onlyDlg: dlgId })), userId, urole };
    },

    async refresh(refreshToken) {
      const now = clock.now();
      const next = newRefreshToken(sessionNamedBy(refreshToken));
      const session = await store.rotateRefresh({
        oldHash: sha256(refreshToken),
        newHash: sha256(next),
        now,
        idleAt: now + lifetimes.idle,
      });
      if (!session) return refuseRefresh(sessionNamedBy(refreshToken));

      const { appId, userId, onlyDlg } = session;
      const urole = (onlyDlg && (await roleIn(appId, onlyDlg, userId))) ?? (await roleOf(appId, userId));
      return { ...(await grant(session, next, lifetimes.access)), userId, urole };
    },

    async logout({ appId, userId, sessionId }) {
      await store.endSession(sessionId, clock.now());
      await bus.tell({ kind: 'revoked', appId, userId, sessionIds: [sessionId] });
    },

    endedAmong: (sessionIds) => store.endedAmong(sessionIds, clock.now()),

    async createToken(appId, userId, ttlSeconds) {
      await roleOf(appId, userId);
      return begin({ appId, userId }, ttlSeconds === undefined ? lifetimes.access : ttlSeconds * 1000);
    },

    async revokeTokens(appId, userId) {
      const sessionIds = await store.endSessionsOf(appId, userId, clock.now());
      await bus.tell({ kind: 'revoked', appId, userId, sessionIds });
    },

    async createLink(app, { dlgId, userId, ttlSeconds }) {
      const place = { appId: app.appId, dlgId };
      if (!(await store.findConversation(place))) throw new Refused('conversation.not_found');
      if ((await roleIn(app.appId, dlgId, userId)) === undefined) throw new Refused('member.not_found');

      const ttlMs = ttlSeconds === undefined ? Math.min(lifetimes.link, limits.ticketMs) : ttlSeconds * 1000;
      if (ttlMs > limits.ticketMs) {
        throw new Refused('request.malformed', `ttlSeconds: expected at most ${Math.floor(limits.ticketMs / 1000)}.`);
      }
      const expiresAt = clock.now() + ttlMs;
      const ticket = await signTicket({ ...place, userId, expiresAt }, secretOf(app, wrap), clock);
      const query = new URLSearchParams({ groupId: dlgId, userId });
      return { url: `${at.publicUrl()}/groupConversation?${query.toString()}#ticket=${ticket}`, expiresAt };
    },
  };

  /** By any secret that counts just now. What the newest has against it is said. */
  async function verifiedBy(app: App, ticket: string): Promise<Ticket> {
    const [newest, older] = secretsOf(app, wrap);
    const verify = (secret: Uint8Array = new Uint8Array()) =>
      verifyTicket(ticket, app.appId, secret, clock, limits.ticketMs);
    if (!older) return verify(newest);
    return verify(newest).catch((refusal: unknown) => verify(older).catch(() => Promise.reject(refusal)));
  }

  async function begin(who: { appId: AppId; userId: UserId; onlyDlg?: DlgId }, accessMs: number = lifetimes.access) {
    const now = clock.now();
    const sessionId = id<SessionId>(randomBytes(16).toString('base64url'));
    const refreshToken = newRefreshToken(sessionId);
    const session: SessionRow = {
      ...who,
      sessionId,
      refreshHash: sha256(refreshToken),
      createdAt: now,
      expiresAt: now + lifetimes.session,
      idleAt: now + lifetimes.idle,
    };
    await store.createSession(session);
    return grant(session, refreshToken, accessMs);
  }

  async function grant(session: SessionRow, refreshToken: string, accessMs: number) {
    // As a token says it: in whole seconds.
    const expiresAt = Math.floor(Math.min(clock.now() + accessMs, session.expiresAt) / 1000) * 1000;
    return { token: await tokens.sign(session, expiresAt), refreshToken, expiresAt };
  }

  /** A refresh token that was used twice ended its session just now; its sockets must hear of that. */
  async function refuseRefresh(sessionId: SessionId): Promise<never> {
    const session = await store.findSession(sessionId);
    if (!session) throw new Refused('auth.invalid');
    if (session.endedAt === undefined) throw new Refused(isOver(session) ? 'auth.expired' : 'auth.invalid');
    await bus.tell({ kind: 'revoked', appId: session.appId, userId: session.userId, sessionIds: [sessionId] });
    throw new Refused('auth.revoked');
  }

  function isOver(session: SessionRow): boolean {
    return Math.min(session.idleAt, session.expiresAt) <= clock.now();
  }

  /** Undefined for whoever is not in it. */
  async function roleIn(appId: AppId, dlgId: DlgId, userId: UserId): Promise<Urole | undefined> {
    return (await store.membersOf({ appId, dlgId })).find((member) => member.userId === userId)?.urole;
  }

  async function roleOf(appId: AppId, userId: UserId): Promise<Urole> {
    const user = await store.findUser(appId, userId);
    if (!user) throw new Refused('user.not_found');
    return user.urole;
  }
}

/** 256 random bits behind the session's id, which lets a stolen and spent token be traced to its session. */
const newRefreshToken = (sessionId: SessionId) => `${sessionId}.${randomBytes(32).toString('base64url')}`;

/** Proves nothing. */
const sessionNamedBy = (refreshToken: string) => id<SessionId>(refreshToken.split('.', 1)[0] ?? '');
