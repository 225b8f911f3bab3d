import { closeCodes, type CloseReason } from '@trialogue/protocol';

import type { Effect } from './events.ts';

export interface Closed {
  readonly name: 'closed';
  /** Absent when the other end or the network ended it. */
  readonly code?: number;
}

/** Ended, but not by us. */
export const gone: Closed = { name: 'closed' };

/** @param says More than the code, for the developer at the other end: a path in a frame, the name of a refusal. */
export const close = (reason: CloseReason, says: string = closeCodes[reason].says): [Closed, Effect] => [
  { name: 'closed', code: closeCodes[reason].code },
  { type: 'close', reason, says },
];
