import { randomBytes } from 'node:crypto';

import { id, Refused, type AppId, type DlgId, type UserId } from '@trialogue/protocol';
import { accessTokens, appNamedBy, signTicket, verifyTicket } from '@trialogue/server/core';

import { must, mustBeClean, only, type Target } from '../target.ts';

const clock = { now: () => 1_760_000_000_000 };
const week = 7 * 24 * 60 * 60_000;
const claimsOf = (token: string) => Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();

async function onlyRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

/** No ticket and no token counts but those that were signed, and saying no is all that happens. */
export const tickets: Target = {
  name: 'tickets',
  title: 'a stranger hands it in as a ticket or a token',
  times: { small: 1_000, full: 500_000 },
  async open() {
    const secret = randomBytes(32);
    const appId = id<AppId>('shop');
    const tokens = accessTokens(new Uint8Array(randomBytes(32)), clock);
    const who = { appId, userId: id<UserId>('ada'), dlgId: id<DlgId>('tea') };
    const expiresAt = clock.now() + 60_000;
    const ticket = await signTicket({ ...who, expiresAt }, secret, clock);
    const token = await tokens.sign({ ...who, sessionId: id('s1'), onlyDlg: who.dlgId }, expiresAt);
    const good = new Set([ticket, token].map(claimsOf));
    const [header = '', body = '', signature = ''] = ticket.split('.');
    const json = (part: string) => Buffer.from(part, 'base64url').toString();
    return {
      // The parts in the clear as well: they are put together below.
      seeds: [ticket, token, `${json(header)}\n${json(body)}\n${signature}`],
      async take(input) {
        const parts = input.split('\n');
        const given =
          parts.length === 3
            ? `${Buffer.from(parts[0] ?? '').toString('base64url')}.${Buffer.from(parts[1] ?? '').toString('base64url')}.${parts[2]}`
            : input;
        only(() => appNamedBy(given), Refused);
        const proved = await onlyRefused(verifyTicket(given, appId, secret, clock, week));
        const signedIn = await onlyRefused(tokens.verify(given));
        must((proved ?? signedIn) === undefined || good.has(claimsOf(given)), 'claims count that nobody signed');
        must(!(proved && signedIn), 'one text is a ticket and a token');
        mustBeClean();
      },
    };
  },
};
