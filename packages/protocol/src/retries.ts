/** What the other end may do after being told no. */
export type Retry =
  /** The same request will be refused again. */
  | 'never'
  /** The same request may pass after a while. */
  | 'later'
  /** With a new token. */
  | 'afterSignIn'
  /** Sealed again under the current key of the conversation. */
  | 'afterRekey';

/**
 * What a client has to know of a refusal: the words come with it. Told from the name, so that a name of a later server
 * is understood too.
 */
export function retryOf(name: string): Retry {
  if (/^(rate|storage|server)\./.test(name)) return 'later';
  if (name === 'key.stale_epoch') return 'afterRekey';
  return /^auth\.(?!wrong_user$)/.test(name) ? 'afterSignIn' : 'never';
}
