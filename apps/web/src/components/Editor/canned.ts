import type { Entry } from '../ChatList/rows.ts';

/** What can be filled in. */
export interface Blanks {
  /** The shopper's name. */
  name: string | undefined;
  /** The number of the order. */
  order: string | undefined;
  /** The name of whoever answers. */
  agent: string | undefined;
}

/** A canned reply with its blanks filled in. A blank that nobody knows stays as it is, for the agent to see. */
export const filled = (text: string, blanks: Blanks): string =>
  text.replaceAll(/\{(name|order|agent)\}/g, (blank, which: keyof Blanks) => blanks[which] ?? blank);

/** The order that the talk is about: the one that the platform opened the conversation with, else the last one shown. */
export function orderOf(
  custom: Readonly<Record<string, unknown>> | undefined,
  entries: readonly Entry[],
): string | undefined {
  const known = custom?.['orderId'];
  if (typeof known === 'string' || typeof known === 'number') return String(known);
  const card = entries.findLast(({ said, recalled }) => said.type === 'order' && !recalled)?.said;
  return card?.type === 'order' ? card.orderId : undefined;
}
