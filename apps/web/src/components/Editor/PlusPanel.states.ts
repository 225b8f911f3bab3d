import { id, type DlgId, type Urole } from '@trialogue/protocol';

import type { ServiceState } from './serviceCall.ts';

interface Props {
  dlgId: DlgId;
  urole: Urole;
  service: ServiceState;
  canSpeak: boolean;
  canShowOrders: boolean;
  enterSends: boolean;
}

const shopper: Props = {
  dlgId: id<DlgId>('tea'),
  urole: 'user',
  service: 'none',
  canSpeak: true,
  canShowOrders: true,
  enterSends: false,
};

export const states: Record<string, Props> = {
  'for a shopper': shopper,
  'customer service was called': { ...shopper, service: 'called' },
  'customer service is here': { ...shopper, service: 'here' },
  'at the desk, without a microphone': {
    ...shopper,
    urole: 'service',
    canSpeak: false,
    canShowOrders: false,
    enterSends: true,
  },
};
