import { id, type UserId } from '@trialogue/protocol';

import type { Agent } from './agents.ts';

const agent = (name: string, isOnline: boolean): Agent => ({ userId: id<UserId>(name), name, avatar: '', isOnline });

export const states: Record<string, { agents: readonly Agent[]; isBusy: boolean }> = {
  'two of them': { agents: [agent('Dee 客服小狄', true), agent('Eli 客服主管', false)], isBusy: false },
  'nobody else': { agents: [], isBusy: false },
  'on its way': { agents: [agent('Dee 客服小狄', true)], isBusy: true },
  'a dozen': { agents: Array.from({ length: 12 }, (_, n) => agent(`客服 ${n + 1}`, n % 2 === 0)), isBusy: false },
};
