import type { IncomingMessage } from 'node:http';

/**
 * Whose request it is. Each proxy of ours adds the address of whom it heard to the end of `X-Forwarded-For`; what
 * stands further to the left anybody may have written.
 */
export function addressOf({ headers, socket }: IncomingMessage, trustedProxies: number): string {
  const peer = socket.remoteAddress ?? '';
  const forwarded = headers['x-forwarded-for'];
  if (trustedProxies === 0 || forwarded === undefined) return peer;
  const hops = [
    ...String(forwarded)
      .split(',')
      .map((hop) => hop.trim()),
    peer,
  ];
  return hops.at(-1 - trustedProxies) ?? hops[0] ?? peer;
}
