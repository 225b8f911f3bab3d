import { createHash } from 'node:crypto';

/** Of content that a recall took away: a late retry of its send is still known for one, and answered as one (I7). */
export const hashOf = (content: string): string => createHash('sha256').update(content).digest('base64url');
