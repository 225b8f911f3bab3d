import type { UserId } from '@trialogue/protocol';

/**
 * Where somebody who has just signed in wanted to go. A conversation is gone to as who they are now, whoever the link
 * was for. Nothing but a page of ours is ever gone to.
 */
export function destination(wanted: string | undefined, userId: UserId): string | undefined {
  if (!wanted?.startsWith('/') || wanted.startsWith('//')) return undefined;
  const url = new URL(wanted, 'http://here.invalid');
  if (url.hostname !== 'here.invalid' || url.pathname.startsWith('/login')) return undefined;
  if (url.searchParams.has('userId')) url.searchParams.set('userId', userId);
  return url.pathname + url.search;
}
