import type { Offer } from '@trialogue/protocol/host';
import { shallowReactive } from 'vue';

/** What the page around us has told of its shop. */
export interface HostCards {
  /** What the shopper looks at. */
  offer: Offer | undefined;
  /** What the shopper may choose from. */
  orders: readonly Offer[];
  /** It follows the links of cards itself. */
  takesLinks: boolean;
}

export const hostCards = shallowReactive<HostCards>({ offer: undefined, orders: [], takesLinks: false });

/** For another user: what the one before looked at is none of their business. */
export function forgetCards(): void {
  hostCards.offer = undefined;
  hostCards.orders = [];
}
