import type { Urole } from '@trialogue/protocol';

export const states: Record<string, { name: string; urole?: Urole; avatar?: string }> = {
  'a shopper': { name: 'Ada 林小雨', urole: 'user' },
  'a merchant': { name: '青禾茶铺', urole: 'merchant' },
  'customer service': { name: 'Cy', urole: 'service' },
  'a bot': { name: '小助手', urole: 'bot' },
  nobody: { name: '' },
};
