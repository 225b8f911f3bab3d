import type { Urole, UserId } from '@trialogue/protocol';
import type { InjectionKey } from 'vue';

import type { Entry } from '../../rows.ts';

/** What the one who reads is in this conversation. Provided by whoever shows the conversation. */
export interface Reader {
  urole: Urole;
}
export const readerKey: InjectionKey<Reader> = Symbol('reader');

/** Whether a card asks this reader: who is named, else the shopper; never its author. */
export function isAsked({ said, fromuid, seq }: Entry, me: UserId, reader: Reader | undefined): boolean {
  if (seq === undefined || fromuid === me) return false;
  const to = 'to' in said ? said.to : undefined;
  return to === undefined ? reader?.urole === 'user' : to === me;
}
