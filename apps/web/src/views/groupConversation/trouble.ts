import { DRAINING, OVERLOADED, REPLACED, SIGN_IN_NEEDED, SLOW } from '@trialogue/protocol';

/** Why there is no connection, as far as this page can know. After the last two nothing happens by itself. */
export type Trouble = 'lost' | 'offline' | 'updating' | 'busy' | 'slow' | 'signIn' | 'replaced' | 'shut';

const told: Readonly<Record<number, Trouble>> = {
  [DRAINING]: 'updating',
  [OVERLOADED]: 'busy',
  [SLOW]: 'slow',
  [SIGN_IN_NEEDED]: 'signIn',
  [REPLACED]: 'replaced',
};
/** RFC 6455: the server goes away; the server restarts. */
const LEAVING = new Set([1001, 1012]);

/** What a close of the socket says about the reason. */
export function troubleOf({ code, willReconnect }: { code: number; willReconnect: boolean }): Trouble {
  const known = told[code] ?? (LEAVING.has(code) ? 'updating' : 'lost');
  if (willReconnect || known === 'signIn' || known === 'replaced') return known;
  return 'shut';
}

/** Whether only the reader can bring the connection back. */
export const isForGood = (trouble: Trouble): boolean => trouble === 'replaced' || trouble === 'shut';
