import { noon } from './examples.ts';
import type { DeskRecord } from './listed.ts';

const waiting = (urole: 'user' | 'merchant', minutes: number): DeskRecord['waiting'][number] => ({
  urole,
  since: noon - minutes * 60_000,
});

export const states: Record<string, { waiting: DeskRecord['waiting'][number]; now: number }> = {
  calm: { waiting: waiting('user', 1), now: noon },
  soon: { waiting: waiting('merchant', 3), now: noon },
  late: { waiting: waiting('user', 14), now: noon },
  'for days': { waiting: waiting('merchant', 4_000), now: noon },
};
