import { randomBytes } from 'node:crypto';

import {
  Refused,
  record,
  text,
  whole,
  type AppId,
  type DlgId,
  type Instant,
  type Of,
  type UserId,
} from '@trialogue/protocol';
import { SignJWT, decodeProtectedHeader, errors, jwtVerify } from 'jose';

import type { Clock } from '../chat/ports.ts';
import { LEEWAY_SECONDS, seconds } from './tokens.ts';

/** What a ticket says, proved by the app's signature. Whether it was used is for the store to say. */
export interface Ticket {
  appId: AppId;
  userId: UserId;
  dlgId: DlgId;
  jti: string;
  /** After this nobody need remember that it was used: the leeway is in it. */
  forgetAt: Instant;
}

const TYPE = 'im-ticket+jwt';
const AUDIENCE = 'im';

const claims = record({
  sub: text<UserId>({ min: 1, max: 64 }),
  grp: text<DlgId>({ min: 1, max: 64 }),
  jti: text({ min: 1, max: 128 }),
  iat: whole(),
  exp: whole(),
});

/** Which app the ticket says it is of. Proves nothing. @throws {Refused} ticket.invalid */
export function appNamedBy(ticket: string): AppId {
  try {
    const { kid } = decodeProtectedHeader(ticket);
    return text<AppId>({ min: 1, max: 64 }).read(kid, 'kid');
  } catch {
    throw new Refused('ticket.invalid');
  }
}

/**
 * JWS, HS256 under the UTF-8 bytes of the app secret. Contract §4.
 * @param mostMs how long it may live, from `iat` to `exp`
 * @throws {Refused} ticket.invalid, ticket.expired
 */
export async function verifyTicket(
  ticket: string,
  appId: AppId,
  secret: Uint8Array,
  clock: Clock,
  mostMs: number,
): Promise<Ticket> {
  const { sub, grp, jti, iat, exp } = await readClaims(ticket, appId, secret, clock);
  if (iat > seconds(clock.now()) + LEEWAY_SECONDS) throw new Refused('ticket.invalid', 'iat is in the future.');
  if ((exp - iat) * 1000 > mostMs) {
    throw new Refused('ticket.invalid', `exp may be at most ${Math.floor(mostMs / 1000)} seconds after iat.`);
  }
  return { appId, userId: sub, dlgId: grp, jti, forgetAt: (exp + LEEWAY_SECONDS) * 1000 };
}

async function readClaims(ticket: string, appId: AppId, secret: Uint8Array, clock: Clock): Promise<Of<typeof claims>> {
  try {
    const { payload } = await jwtVerify(ticket, secret, {
      algorithms: ['HS256'],
      typ: TYPE,
      issuer: appId,
      audience: AUDIENCE,
      requiredClaims: ['sub', 'grp', 'jti', 'iat', 'exp'],
      clockTolerance: LEEWAY_SECONDS,
      currentDate: new Date(clock.now()),
    });
    return claims.read(payload, 'ticket');
  } catch (error) {
    throw new Refused(error instanceof errors.JWTExpired ? 'ticket.expired' : 'ticket.invalid');
  }
}

/** As a platform's backend does it offline; the server does the same for the links it makes. */
export function signTicket(
  ticket: { appId: AppId; userId: UserId; dlgId: DlgId; expiresAt: Instant },
  secret: Uint8Array,
  clock: Clock,
): Promise<string> {
  return new SignJWT({ grp: ticket.dlgId })
    .setProtectedHeader({ alg: 'HS256', typ: TYPE, kid: ticket.appId })
    .setIssuer(ticket.appId)
    .setAudience(AUDIENCE)
    .setSubject(ticket.userId)
    .setJti(randomBytes(16).toString('base64url'))
    .setIssuedAt(seconds(clock.now()))
    .setExpirationTime(seconds(ticket.expiresAt))
    .sign(secret);
}
