import type { DlgId } from '@trialogue/protocol';
import { computed, ref } from 'vue';

import { hostCards } from '../../lib/hostCards.ts';
import { tabKeep } from '../../utils/storage.ts';

const ids = new Map([
  ['product', 'productId'],
  ['order', 'orderId'],
  ['logistics', 'trackingNumber'],
  ['refund', 'refundId'],
  ['coupon', 'couponId'],
]);

/**
 * What the shopper looks at: as the page around us says, else as the platform wrote it into the conversation. Sent or
 * declined, it does not come again in this tab. It is not looked into here: that it is a card is found when it is shown.
 */
export function useOffer(dlgId: DlgId, custom: Readonly<Record<string, unknown>> | undefined) {
  const place = `offer ${dlgId}`;
  const settled = ref(tabKeep.get(place));
  const offer = computed<unknown>(() => hostCards.offer ?? custom?.['offer']);
  const name = computed(() => nameOf(offer.value));
  return {
    offer,
    /** Known before it is drawn, so that its place is kept and nothing moves. */
    isOffered: computed(() => name.value !== undefined && name.value !== settled.value),
    settle(): void {
      settled.value = name.value ?? null;
      if (name.value !== undefined) tabKeep.set(place, name.value);
    },
  };
}

/** What it is of: the same product with another price is the same product. */
function nameOf(offer: unknown): string | undefined {
  const fields = (offer ?? {}) as Record<string, unknown>;
  const type = String(fields['type']);
  const id = fields[ids.get(type) ?? ''];
  return typeof id === 'string' ? `${type} ${id}` : undefined;
}
