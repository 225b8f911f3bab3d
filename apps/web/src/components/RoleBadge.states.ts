import type { Urole } from '@trialogue/protocol';

export const states: Record<string, { urole: Urole }> = {
  'a shopper': { urole: 'user' },
  'a merchant': { urole: 'merchant' },
  'customer service': { urole: 'service' },
  'a bot': { urole: 'bot' },
};
