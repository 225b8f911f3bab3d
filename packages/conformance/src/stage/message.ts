import { createHash } from 'node:crypto';

import type { Message } from '@trialogue/protocol';

import { must } from '../check.ts';

type Named = Pick<Message, 'seq'> & { msgId: string; clientMsgId: string; fromuid: string; content: string };

/** Enough of a message to tell it from any other, short enough for a report. */
export const witness = ({ seq, msgId, clientMsgId, fromuid, content }: Named): string =>
  `seq ${seq} msgId ${msgId} from ${fromuid} id ${clientMsgId} content ${hash(content)}`;

export const hash = (content: string): string => createHash('sha256').update(content).digest('hex').slice(0, 10);

/** @throws {Failed} unless the seqs are first, first + 1, … */
export function mustRun(what: string, seqs: readonly number[], first: number): void {
  const at = seqs.findIndex((seq, index) => seq !== first + index);
  must(at < 0, `${what}: ${first + at} next`, () => {
    const before = at > 0 ? `after ${seqs[at - 1]}` : 'as the first';
    return `${seqs[at]} ${before} (all: ${seqs.slice(Math.max(0, at - 3), at + 4).join(', ')})`;
  });
}
