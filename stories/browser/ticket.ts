import { createHmac, randomUUID } from 'node:crypto';

import type { Node } from './node.ts';

export interface Claims {
  iss: string;
  aud: string;
  sub: string;
  grp: string;
  jti: string;
  iat: number;
  exp: number;
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1000);

/** As a platform's backend does it by itself, with nothing but the app secret. Contract §4. */
export function signTicket(
  node: Node,
  who: { userId: string; groupId: string },
  { secret = node.appSecret, ...changed }: Partial<Claims> & { secret?: string } = {},
): string {
  const claims: Claims = {
    iss: node.appId,
    aud: 'im',
    sub: who.userId,
    grp: who.groupId,
    jti: randomUUID(),
    iat: now(),
    exp: now() + 600,
    ...changed,
  };
  const body = `${part({ alg: 'HS256', typ: 'im-ticket+jwt', kid: node.appId })}.${part(claims)}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

/** Long ago, past every leeway. */
export const expired = (): Pick<Claims, 'iat' | 'exp'> => ({ iat: now() - 7200, exp: now() - 3600 });

/** The same ticket saying something else, with the signature that it had. */
export function editTicket(ticket: string, changed: Partial<Claims>): string {
  const [header, claims = '', signature] = ticket.split('.');
  const before = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Claims;
  return [header, part({ ...before, ...changed }), signature].join('.');
}

export const linkTo = (node: Node, { userId, groupId }: { userId: string; groupId: string }, rest = ''): string =>
  `${node.origin}/groupConversation?groupId=${encodeURIComponent(groupId)}&userId=${encodeURIComponent(userId)}${rest}`;

export const ticketIn = (link: string): string => new URLSearchParams(new URL(link).hash.slice(1)).get('ticket') ?? '';
