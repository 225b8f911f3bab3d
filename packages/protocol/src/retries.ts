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
 * Every way the server can say no, and all that a client has to know of it: the words come with the refusal.
 * What the server says of each is in refusals.ts.
 */
export const retries = {
  'auth.missing': 'afterSignIn',
  'auth.invalid': 'afterSignIn',
  'auth.expired': 'afterSignIn',
  'auth.revoked': 'afterSignIn',
  'auth.wrong_user': 'never',
  'ticket.invalid': 'never',
  'ticket.expired': 'never',
  'ticket.used': 'never',
  'ticket.mismatch': 'never',
  'conversation.not_member': 'never',
  'conversation.not_found': 'never',
  'conversation.exists': 'never',
  'user.not_found': 'never',
  'user.too_many_groups': 'never',
  'member.not_found': 'never',
  'member.too_many': 'never',
  'desk.not_service': 'never',
  'reply.too_many': 'never',
  'message.too_large': 'never',
  'message.id_conflict': 'never',
  'message.not_found': 'never',
  'message.not_author': 'never',
  'message.too_old': 'never',
  'envelope.malformed': 'never',
  'envelope.mismatch': 'never',
  'key.stale_epoch': 'afterRekey',
  'file.not_found': 'never',
  'file.empty': 'never',
  'file.too_large': 'never',
  'socket.replaced': 'never',
  'request.malformed': 'never',
  'request.too_large': 'never',
  'request.unsupported_media': 'never',
  'route.not_found': 'never',
  'rate.limited': 'later',
  'storage.full': 'later',
  'storage.unavailable': 'later',
  'server.draining': 'later',
  'server.internal': 'later',
} as const satisfies Record<string, Retry>;

export type RefusalName = keyof typeof retries;

export const isRefusalName = (name: string): name is RefusalName => Object.hasOwn(retries, name);
