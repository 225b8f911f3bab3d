import type { DlgId } from '@trialogue/protocol';
import type { ClientApi, DataOf } from '@trialogue/protocol/api';

import { getOrderActions } from '../../../../http/api.ts';
import { isSameStatus } from './statuses.ts';

type Actions = DataOf<ClientApi['getOrderActions']>['list'];

/** Something that can be done about one order, with the address of it. */
export interface OrderDeed {
  id: string;
  label: string;
  url: string;
}

let asked: { dlgId: DlgId; answer: Promise<Actions> } | undefined;

/** What the one who reads can do about orders here. Asked once while one conversation is on screen. */
export function orderActions(dlgId: DlgId): Promise<Actions> {
  if (asked?.dlgId !== dlgId) {
    const answer = getOrderActions(dlgId).then(({ list }) => list);
    asked = { dlgId, answer };
    // The next order asks again.
    answer.catch(() => (asked = undefined));
  }
  return asked.answer;
}

/**
 * Of this order, in the state it is in. Its number was chosen by whoever sent it, so it is not let out of the place that
 * the platform has given to it.
 */
export function deedsOf(actions: Actions, { orderId, status }: { orderId: string; status: string }): OrderDeed[] {
  if (/^\.{1,2}$/.test(orderId)) return [];
  return actions
    .filter(({ statuses }) => statuses === undefined || statuses.some((one) => isSameStatus(one, status)))
    .map(({ id, label, url }) => ({ id, label, url: url.replaceAll('{orderId}', encodeURIComponent(orderId)) }));
}
