import type { Member } from '@trialogue/protocol/api';

import type { Entry } from '../ChatList/rows.ts';

/** Whether customer service looks after the conversation, or was asked to. */
export type ServiceState = 'none' | 'called' | 'here';

/** What the conversation itself tells of it: the newest word about customer service, or by it, counts. */
export function serviceState(
  entries: readonly Pick<Entry, 'said' | 'fromuid'>[],
  members: readonly Pick<Member, 'userId' | 'urole'>[],
): ServiceState {
  const service = new Set<string>(members.filter(({ urole }) => urole === 'service').map(({ userId }) => userId));
  for (let at = entries.length - 1; at >= 0; at--) {
    const entry = entries[at];
    if (!entry) continue;
    const { said, fromuid } = entry;
    if (service.has(fromuid)) return 'here';
    if (said.type !== 'system') continue;
    if (said.event === 'closed') return 'none';
    if (said.event === 'serviceCalled') return 'called';
    const isOfService = said.userId !== undefined && service.has(said.userId);
    if (isOfService && (said.event === 'taken' || said.event === 'handedOver' || said.event === 'joined'))
      return 'here';
  }
  return 'none';
}
