// Those that a client tells apart. Not in the table, so that it need not carry the words of that.
export const DRAINING = 4001;
export const SLOW = 4008;
export const SIGN_IN_NEEDED = 4401;
export const OVERLOADED = 4503;
export const REPLACED = 4509;

/**
 * Why a socket was closed, and what the client does about it.
 *
 *   4000–4499  come back (after backoff)
 *   4500–4999  stay away, but for 4503: come back
 *   4401       get a new token first, then come back
 *
 * PROTOCOL.md §6.
 */
export const closeCodes = {
  draining: { code: DRAINING, says: 'This server is going away. Come back; another one is there.' },
  slow: { code: SLOW, says: 'The socket did not read what was sent.' },
  silent: { code: 4012, says: 'No pong came in time.' },
  flooding: { code: 4013, says: 'Too many frames.' },
  signInNeeded: { code: SIGN_IN_NEEDED, says: 'The token is missing, wrong, expired or revoked.' },
  overloaded: { code: OVERLOADED, says: 'The server cannot serve right now.' },
  replaced: { code: REPLACED, says: 'A newer socket of this client has taken over.' },
  badFrame: { code: 4501, says: 'A frame was not of the protocol.' },
} as const satisfies Record<string, { code: number; says: string }>;

export type CloseReason = keyof typeof closeCodes;

export type CloseBehaviour = 'comeBack' | 'signInFirst' | 'stayAway';

/** What a client does after a close with this code. Codes that are not ours mean the network: come back. */
export function afterClose(code: number): CloseBehaviour {
  if (code === SIGN_IN_NEEDED || code === 1008) return 'signInFirst';
  return code >= 4500 && code !== OVERLOADED && code <= 4999 ? 'stayAway' : 'comeBack';
}
