import type { Offer } from '@trialogue/protocol/host';
import { tea } from '@trialogue/testkit';
import { mount } from '@vue/test-utils';
import { beforeEach, describe, expect, test } from 'vitest';
import { effectScope } from 'vue';

import { forgetCards, hostCards } from '../../../../lib/hostCards.ts';
import { speak, withWords } from '../../../../utils/i18n/index.ts';
import { useOffer } from '../../../../views/groupConversation/useOffer.ts';
import OfferBar from './OfferBar.vue';
import { allOrders } from './offers.ts';
import OrderPicker from './OrderPicker.vue';

const price = { amount: '128.00', currency: 'CNY' };
const pot: Offer = { type: 'product', productId: 'p1', title: 'Pot', price };
const cup: Offer = { type: 'product', productId: 'p2', title: 'Cup', price };
const order = (orderId: string): Offer => ({ type: 'order', orderId, title: 'A pot', status: 'paid', total: price });

beforeEach(async () => {
  await speak('en');
  await withWords('cards', Promise.resolve());
  forgetCards();
  sessionStorage.clear();
});

describe('what the shopper looks at (client.md 4.5: "你正在咨询" with 发送, not sent by itself)', () => {
  const bar = (card: unknown) => mount(OfferBar, { props: { card } });
  const offerOf = (custom?: Record<string, unknown>) => {
    const scope = effectScope();
    return scope.run(() => useOffer(tea, custom)) as ReturnType<typeof useOffer>;
  };

  test('is shown, and sent by a tap only', async () => {
    const offer = bar(pot);
    expect(offer.text()).toContain('You are looking at');
    expect(offer.text()).toContain('CN¥128.00');
    expect(offer.emitted('say')).toBeUndefined();
    await offer.get('[aria-label="Send Pot"]').trigger('click');
    expect(offer.emitted('say')).toEqual([[pot]]);
    expect(offer.emitted('done')).toHaveLength(1);
  });

  test('declined, nothing is sent', async () => {
    const offer = bar(pot);
    await offer.get('[aria-label="Do not send"]').trigger('click');
    expect(offer.emitted('say')).toBeUndefined();
    expect(offer.emitted('done')).toHaveLength(1);
  });

  test('sent or declined it does not come again, also after the page was loaded anew; another thing does', () => {
    const first = offerOf({ offer: pot });
    expect(first.isOffered.value).toBe(true);
    first.settle();
    expect(first.isOffered.value).toBe(false);
    const anew = offerOf({ offer: { ...pot, price: { amount: '99', currency: 'CNY' } } });
    expect(anew.isOffered.value).toBe(false);
    hostCards.offer = cup;
    expect(anew.isOffered.value).toBe(true);
    hostCards.offer = undefined;
    expect(anew.isOffered.value).toBe(false);
  });

  test('what the page says now comes before what the conversation was made with', () => {
    hostCards.offer = cup;
    expect(offerOf({ offer: pot }).offer.value).toEqual(cup);
  });

  test('what cannot be sent is not offered', () => {
    for (const given of [{ type: 'text', text: 'buy' }, 'p1', null, { type: 'constructor' }])
      expect(offerOf({ offer: given }).isOffered.value).toBe(false);
    const offer = bar({ ...pot, price: 'cheap' });
    expect(offer.find('section').exists()).toBe(false);
    expect(offer.emitted('done')).toHaveLength(1);
  });
});

describe('the shopper’s orders', () => {
  test('one is chosen and sent', async () => {
    const sheet = mount(OrderPicker, {
      props: { custom: { orders: [order('o1'), order('o2'), { type: 'order' }] } },
      attachTo: document.body,
    });
    const all = sheet.findAll('.one');
    expect(all.map((one) => one.attributes('aria-label'))).toEqual([
      'Send A pot · Order o1 · Paid · CN¥128.00',
      'Send A pot · Order o2 · Paid · CN¥128.00',
    ]);
    await all[1]?.trigger('click');
    expect(sheet.emitted('say')).toEqual([[order('o2')]]);
  });

  test('that there are none is said', () => {
    expect(mount(OrderPicker, { attachTo: document.body }).text()).toContain('No recent orders');
  });

  test('told by the page and written into the conversation, an order is there once', () => {
    const ids = allOrders([order('o1'), order('o2')], { orders: [order('o2'), order('o3')] }).map(
      (card) => card.type === 'order' && card.orderId,
    );
    expect(ids).toEqual(['o1', 'o2', 'o3']);
  });
});
