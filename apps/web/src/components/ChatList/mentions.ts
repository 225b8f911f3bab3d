import type { UserId } from '@trialogue/protocol';

import type { Entry } from './rows.ts';

/** Whether a message names this reader, by name or with everybody. One's own words call nobody. */
export const namesMe = (
  { said, fromuid, recalled }: Pick<Entry, 'said' | 'fromuid' | 'recalled'>,
  me: UserId,
): boolean =>
  !recalled &&
  fromuid !== me &&
  said.type === 'text' &&
  (said.mentions ?? []).some(({ userId }) => userId === undefined || userId === me);
