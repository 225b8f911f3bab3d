import type { Money } from '@trialogue/protocol';

import { locale } from '../../../../utils/i18n/index.ts';

/** A sum as the reader's language writes it. No digit of it is lost, and a currency that nobody knows stands as it is. */
export function moneyWords({ amount, currency }: Money): string {
  const given = amount.split('.')[1]?.length ?? 0;
  try {
    const style = { style: 'currency', currency } as const;
    const usual = new Intl.NumberFormat(locale.value, style).resolvedOptions().maximumFractionDigits ?? 0;
    const format = new Intl.NumberFormat(locale.value, { ...style, maximumFractionDigits: Math.max(given, usual) });
    // As text: a number would round what has more than fifteen digits.
    return format.format(amount as `${number}`);
  } catch {
    return `${amount} ${currency}`;
  }
}
