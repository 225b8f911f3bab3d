import { offer, type Offer } from '@trialogue/protocol/host';

export type Custom = Readonly<Record<string, unknown>> | undefined;

/** A thing of the shop that can be sent; none when it is of another shape. */
export function asOffer(given: unknown): Offer | undefined {
  try {
    return offer.read(given, 'offer');
  } catch {
    return undefined;
  }
}

/** What there is to choose from. What the page around us has told comes first; the same thing is there once. */
export function allOrders(told: readonly Offer[], custom: Custom): Offer[] {
  const written = custom?.['orders'];
  const all = [...told, ...(Array.isArray(written) ? written.flatMap((one) => asOffer(one) ?? []) : [])];
  return [...new Map(all.toReversed().map((card) => [idOf(card), card])).values()].toReversed();
}

/** What a card is of: the same order in another state is the same order. */
export function idOf(card: Offer): string {
  switch (card.type) {
    case 'product':
      return `product ${card.productId}`;
    case 'order':
      return `order ${card.orderId}`;
    case 'logistics':
      return `logistics ${card.trackingNumber}`;
    case 'refund':
      return `refund ${card.refundId}`;
    case 'coupon':
      return `coupon ${card.couponId}`;
  }
}
