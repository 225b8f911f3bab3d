import type { UserId } from '@trialogue/protocol';

import type { Log } from '../chat/chat.ts';
import type { Place } from '../chat/ports.ts';

/** Who is in a conversation, as far as fan-out has to know. */
export interface Members {
  of(place: Place): Promise<ReadonlySet<UserId>>;
  /** Something about the members has changed. */
  changed(place: Place): void;
}

/** Membership that is older is asked for again, should word of a change be lost. */
const FRESH_MS = 5_000;
const KEPT = 5_000;

interface Known {
  members: Promise<ReadonlySet<UserId>>;
  at: number;
}

export function createMembers(log: Pick<Log, 'memberIds'>): Members {
  const known = new Map<string, Known>();

  return {
    of(place) {
      const key = keyOf(place);
      const now = performance.now();
      const kept = known.get(key);
      if (kept && now - kept.at < FRESH_MS) return kept.members;

      const members = log.memberIds(place).then((ids) => new Set(ids));
      const fresh = { members, at: now };
      known.delete(key);
      known.set(key, fresh);
      members.catch(() => known.get(key) === fresh && known.delete(key));
      const [oldest] = known.keys();
      if (known.size > KEPT && oldest !== undefined) known.delete(oldest);
      return members;
    },
    changed: (place) => void known.delete(keyOf(place)),
  };
}

const keyOf = ({ appId, dlgId }: Place): string => `${appId}\0${dlgId}`;
