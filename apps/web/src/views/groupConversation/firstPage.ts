import type { Conversation } from './conversation.ts';

export const PAGE = 50;
/** The longest page that the server gives. */
export const FILL = 200;

/** How far its reader has read, of how many. */
export type Marks = Pick<Conversation, 'readSeq' | 'head'>;

/** The first page goes back to where the reader has read up to, with something before it, if it is not too far. */
export function firstPage({ readSeq = 0, head = 0 }: Partial<Marks>): number {
  const wanted = head - readSeq + PAGE / 2;
  return readSeq > 0 && wanted > PAGE && wanted <= FILL ? wanted : PAGE;
}
