import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';

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

/** Whose requests are counted together: who has one IPv6 address has at least the 2⁶⁴ that begin with the same four groups. */
export function blockOf(address: string): string {
  if (!isIPv6(address)) return address;
  const inside = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (inside !== undefined) return inside;
  const [front = '', back] = address.split('%', 1)[0]?.split('::') ?? [];
  const [first, last] = [front, back ?? ''].map((part) => part.split(':').filter(Boolean)) as [string[], string[]];
  const zeros = Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0');
  const groups = [...first, ...zeros, ...last].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
