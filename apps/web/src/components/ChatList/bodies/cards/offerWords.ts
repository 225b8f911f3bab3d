import type { Offer } from '@trialogue/protocol/host';

import { t } from '../../../../utils/i18n/index.ts';
import { moneyWords } from './money.ts';
import { statusWords } from './statuses.ts';

/** A thing of the shop in two lines and a sum. */
export function offerWords(card: Offer): { title: string; number?: string; status?: string; sum?: string } {
  switch (card.type) {
    case 'product':
      return { title: card.title, sum: moneyWords(card.price) };
    case 'order':
      return {
        title: card.title,
        number: t('orderId', { id: card.orderId }),
        status: card.status,
        sum: moneyWords(card.total),
      };
    case 'logistics':
      return { title: `${card.carrier} ${card.trackingNumber}`, status: card.status };
    case 'refund':
      return { title: t('refundId', { id: card.refundId }), status: card.status, sum: moneyWords(card.amount) };
    case 'coupon':
      return { title: card.title, ...(card.off && { sum: moneyWords(card.off) }) };
  }
}

/** The same, said in one breath. */
export function offerName(card: Offer): string {
  const { title, number, status, sum } = offerWords(card);
  return [title, number, status && statusWords(status), sum].filter(Boolean).join(' · ');
}
