import { createHmac, randomBytes } from 'node:crypto';

import { id, Refused, type AppId, type DlgId, type UserId } from '@trialogue/protocol';
import { accessTokens, appNamedBy, signTicket, verifyTicket } from '@trialogue/server/core';

import { mutate } from '../mutate.ts';
import { must, mustBeClean, only, type Target } from '../target.ts';

const clock = { now: () => 1_760_000_000_000 };
const week = 7 * 24 * 60 * 60_000;
const LEEWAY_SECONDS = 60;
const claimsOf = (token: string) => Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
const json = (part: string) => Buffer.from(part, 'base64url').toString();
const base64url = (text: string) => Buffer.from(text).toString('base64url');

async function onlyRefused<T>(answer: Promise<T>): Promise<T | Refused> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

/** No ticket and no token counts but those that were signed and mean what they say, and saying no is all that happens. */
export const tickets: Target = {
  name: 'tickets',
  title: 'a stranger, or a backend with odd ideas, hands it in as a ticket or a token',
  times: { small: 1_000, full: 500_000 },
  async open(random, reach) {
    const secret = randomBytes(32);
    const appId = id<AppId>('shop');
    const tokens = accessTokens(new Uint8Array(randomBytes(32)), clock);
    const who = { appId, userId: id<UserId>('ada'), dlgId: id<DlgId>('tea') };
    const expiresAt = clock.now() + 60_000;
    const ticket = await signTicket({ ...who, expiresAt }, secret, clock);
    const token = await tokens.sign({ ...who, sessionId: id('s1'), onlyDlg: who.dlgId }, expiresAt);
    const good = new Set([ticket, token].map(claimsOf));
    const [header = '', body = '', signature = ''] = ticket.split('.');
    // The parts in the clear as well: they are put together below.
    const seeds = [ticket, token, `${json(header)}\n${json(body)}\n${signature}`];

    /** A line begins with `signed` where the app's secret is to be put under what follows. */
    const assembled = (input: string): { given: string; isSigned: boolean } => {
      const parts = input.split('\n');
      if (parts.length !== 3) return { given: input, isSigned: false };
      const [first = '', second = '', third = ''] = parts;
      if (first !== 'signed') return { given: `${base64url(first)}.${base64url(second)}.${third}`, isSigned: false };
      const clear = `${base64url(second)}.${base64url(third)}`;
      return { given: `${clear}.${createHmac('sha256', secret).update(clear).digest('base64url')}`, isSigned: true };
    };

    return {
      seeds,
      places: [
        'read ticket',
        'read token',
        'read ticket of odd claims',
        ...['ticket.invalid', 'ticket.expired'].map((name) => `refused ticket: ${name}`),
        'refused token: auth.invalid',
      ],
      make() {
        if (random.chance(0.02)) return random.pick(seeds);
        if (random.chance(0.5)) return mutate(random.pick(seeds), random, seeds);
        const odd = (part: string) => (random.chance(0.6) ? mutate(part, random) : part).replaceAll('\n', ' ');
        return `signed\n${odd(json(header))}\n${odd(json(body))}`;
      },
      async take(input) {
        const { given, isSigned } = assembled(input);
        only(() => appNamedBy(given), Refused);
        const proved = await onlyRefused(verifyTicket(given, appId, secret, clock, week));
        const signedIn = await onlyRefused(tokens.verify(given));
        const isTicket = !(proved instanceof Refused);
        const isToken = !(signedIn instanceof Refused);
        reach(isTicket ? `read ticket${isSigned ? ' of odd claims' : ''}` : `refused ticket: ${proved.refusal}`);
        reach(isToken ? 'read token' : `refused token: ${signedIn.refusal}`);
        must(!(isTicket && isToken), 'one text is a ticket and a token');
        if (isSigned) must(!isToken, 'the secret of an app has made a token');
        else must(!(isTicket || isToken) || good.has(claimsOf(given)), 'claims count that nobody signed');
        if (isTicket) mustMean(proved, JSON.parse(claimsOf(given)) as Record<string, unknown>);
        mustBeClean();
      },
    };
  },
};

/** What was read of a ticket is what stands in it, and it is neither over nor for ever. */
function mustMean(
  { userId, dlgId, jti }: { userId: string; dlgId: string; jti: string },
  said: Record<string, unknown>,
): void {
  must(said['sub'] === userId && said['grp'] === dlgId && said['jti'] === jti, 'a ticket is read as another one');
  const { iat, exp } = said as { iat: number; exp: number };
  const now = clock.now() / 1000;
  must(exp > now - LEEWAY_SECONDS && iat <= now + LEEWAY_SECONDS, 'a ticket counts outside of its time');
  must((exp - iat) * 1000 <= week, 'a ticket lives too long');
  must(userId.length <= 64 && dlgId.length <= 64 && jti.length <= 128, 'a ticket names what is too long');
}
