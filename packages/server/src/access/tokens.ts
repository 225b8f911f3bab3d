import { hkdfSync, randomBytes, webcrypto } from 'node:crypto';

import {
  Refused,
  id,
  record,
  text,
  whole,
  type AppId,
  type DlgId,
  type Instant,
  type Of,
  type SessionId,
  type UserId,
} from '@trialogue/protocol';
import { SignJWT, errors, jwtVerify } from 'jose';

import type { Actor, Clock } from '../chat/ports.ts';
import type { SignedIn } from './signIn.ts';

/** Short-lived proof of one session, good for a minute beyond its time. Whether the session still lives is for the store to say. */
export interface AccessTokens {
  sign(actor: Actor, expiresAt: Instant): Promise<string>;
  /** @throws {Refused} auth.invalid, auth.expired */
  verify(token: string): Promise<SignedIn>;
}

/** How far two clocks may be apart, or one of them jump. */
export const LEEWAY_SECONDS = 60;

const TYPE = 'im-access+jwt';
const ISSUER = 'trialogue';

const claims = record({
  sub: text<UserId>({ min: 1 }),
  app: text<AppId>({ min: 1 }),
  sid: text<SessionId>({ min: 1 }),
  /** Of a session that came from a link. */
  dlg: text<DlgId>(),
  exp: whole(),
});

/** JWS, HS256, under a key of its own that is derived from the master key. */
export function accessTokens(masterKey: Uint8Array, clock: Clock): AccessTokens {
  const bytes = hkdfSync('sha256', masterKey, '', 'trialogue access token', 32);
  // Once, and not for each token that is checked.
  const key = webcrypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
  return {
    sign: async ({ appId, userId, sessionId, onlyDlg }, expiresAt) =>
      new SignJWT({ app: appId, sid: sessionId, dlg: onlyDlg ?? '' })
        .setProtectedHeader({ alg: 'HS256', typ: TYPE })
        .setIssuer(ISSUER)
        .setSubject(userId)
        .setJti(randomBytes(12).toString('base64url'))
        .setIssuedAt(seconds(clock.now()))
        .setExpirationTime(seconds(expiresAt))
        .sign(await key),

    async verify(token) {
      const { app, sub, sid, dlg, exp } = await read(token);
      return {
        appId: app,
        userId: sub,
        sessionId: sid,
        ...(dlg !== '' && { onlyDlg: id<DlgId>(dlg) }),
        expiresAt: exp * 1000,
      };
    },
  };

  async function read(token: string): Promise<Of<typeof claims>> {
    try {
      const { payload } = await jwtVerify(token, await key, {
        algorithms: ['HS256'],
        typ: TYPE,
        issuer: ISSUER,
        requiredClaims: ['exp', 'iat', 'sub'],
        clockTolerance: LEEWAY_SECONDS,
        currentDate: new Date(clock.now()),
      });
      return claims.read(payload, 'token');
    } catch (error) {
      throw new Refused(error instanceof errors.JWTExpired ? 'auth.expired' : 'auth.invalid');
    }
  }
}

/** JWT counts in whole seconds; an expiry is rounded down. */
export const seconds = (at: Instant): number => Math.floor(at / 1000);
