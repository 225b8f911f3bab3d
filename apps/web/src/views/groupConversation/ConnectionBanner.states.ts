import { ref } from 'vue';

import type { Trouble } from './trouble.ts';
import type { useConnection } from './useConnection.ts';

const is = (
  mood: 'fine' | 'down' | 'back',
  trouble: Trouble = 'lost',
  attempt = 0,
): ReturnType<typeof useConnection> => ({
  mood: ref(mood),
  isLive: ref(mood !== 'down'),
  attempt: ref(attempt),
  trouble: () => trouble,
});

export const states: Record<string, { connection: ReturnType<typeof useConnection>; isAtRisk: boolean }> = {
  reconnecting: { connection: is('down', 'lost', 3), isAtRisk: false },
  offline: { connection: is('down', 'offline'), isAtRisk: true },
  'opened elsewhere': { connection: is('down', 'replaced'), isAtRisk: false },
  'server is updated': { connection: is('down', 'updating', 1), isAtRisk: false },
  'back again': { connection: is('back'), isAtRisk: false },
};
