import { id, type DlgId, type PayloadOf } from '@trialogue/protocol';
import { flushPromises, mount } from '@vue/test-utils';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { getOrderActions } from '../../../../http/api.ts';
import { hostCards } from '../../../../lib/hostCards.ts';
import { speak, withWords } from '../../../../utils/i18n/index.ts';
import { deedsOf } from './orderActions.ts';
import OrderCard from './OrderCard.vue';

const said = vi.hoisted((): unknown[] => []);
vi.mock('../../../../lib/host.ts', () => ({ host: { say: (message: unknown) => said.push(message) } }));
vi.mock('../../../../http/api.ts', () => ({
  getConfig: vi.fn(async () => ({ origins: ['https://shop.example'] })),
  getOrderActions: vi.fn(),
}));

const url = 'https://shop.example/desk/orders/{orderId}/refund';
const refund = { id: 'refund', label: '退款', url };
const address = {
  id: 'address',
  label: '改地址',
  url: 'https://shop.example/a?o={orderId}',
  statuses: ['paid', 'Packing'],
};
const order: PayloadOf<'order'> = {
  type: 'order',
  orderId: 'QH-1',
  title: 'tea',
  status: 'paid',
  total: { amount: '1', currency: 'CNY' },
};

let nth = 0;
let dlgId: DlgId;
beforeEach(async () => {
  await speak('zh-CN');
  await withWords('cards', Promise.resolve());
  dlgId = id<DlgId>(`tea-${(nth += 1)}`);
  said.length = 0;
  hostCards.takesLinks = false;
  vi.mocked(getOrderActions)
    .mockReset()
    .mockResolvedValue({ list: [refund, address] });
});
async function show(card: Partial<typeof order> = {}, at: DlgId | undefined = dlgId) {
  const shown = mount(OrderCard, { props: { card: { ...order, ...card }, dlgId: at }, attachTo: document.body });
  await flushPromises();
  return shown;
}
const offered = (card: Awaited<ReturnType<typeof show>>) => card.findAll('.deeds a').map((link) => link.text());

describe('client.md §4.5 M "order card": what can be done about it (退款, 改地址)', () => {
  test('stands in the card of whoever may, with the number of the order in its address', async () => {
    const card = await show({ orderId: 'QH 1/7?&#' });
    expect(offered(card)).toEqual(['退款', '改地址']);
    expect(card.get('.deeds a').attributes()).toMatchObject({
      href: 'https://shop.example/desk/orders/QH%201%2F7%3F%26%23/refund',
      rel: 'noopener noreferrer nofollow',
    });
    expect(card.get('.deeds').attributes('aria-label')).toBe('订单操作');
  });

  test('changes with the state of the order', async () => {
    const card = await show();
    await card.setProps({ card: { ...order, status: 'delivered' } });
    expect(offered(card)).toEqual(['退款']);
    await card.setProps({ card: { ...order, status: 'PACKING' } });
    expect(offered(card)).toEqual(['退款', '改地址']);
  });

  test('is asked for once however many orders there are, and not for one that is not sent yet', async () => {
    await Promise.all([show(), show(), show({}, undefined)]);
    expect(getOrderActions).toHaveBeenCalledOnce();
    expect(offered(await show())).toEqual(['退款', '改地址']);
    mount(OrderCard, { props: { card: order } });
    expect(getOrderActions).toHaveBeenCalledOnce();
  });

  test('who may do nothing, and who cannot find out, has a card all the same', async () => {
    vi.mocked(getOrderActions).mockRejectedValueOnce(new Error('offline'));
    const card = await show();
    expect(card.find('.deeds').exists()).toBe(false);
    expect(card.text()).toContain('QH-1');
    // The next order asks again.
    expect(offered(await show())).toEqual(['退款', '改地址']);
  });

  test('tapped, it is told to the page around, which one and where; and nothing opens', async () => {
    hostCards.takesLinks = true;
    const card = await show();
    const tap = new MouseEvent('click', { bubbles: true, cancelable: true });
    card.get('.deeds a').element.dispatchEvent(tap);
    expect(tap.defaultPrevented).toBe(true);
    const payload = { url: 'https://shop.example/desk/orders/QH-1/refund', action: 'refund', dlgId };
    expect(said).toEqual([{ action: 'navigate', payload }]);
  });

  test('without such a page, whoever is led away from the platform is asked first', async () => {
    const elsewhere = { ...refund, url: 'https://erp.example/{orderId}' };
    vi.mocked(getOrderActions).mockResolvedValue({ list: [elsewhere] });
    const card = await show();
    await card.get('.deeds a').trigger('click');
    await vi.waitFor(() => expect(card.find('dialog').exists()).toBe(true));
    expect(card.get('dialog .host').text()).toBe('erp.example');
  });

  test('the number of an order leads nowhere else on the page’s server', () => {
    for (const orderId of ['..', '.']) expect(deedsOf([refund], { ...order, orderId })).toEqual([]);
    for (const orderId of ['../../admin', '\\..\\', '%2e%2e', '@evil.example', '{orderId}']) {
      const [deed] = deedsOf([refund], { ...order, orderId });
      expect(new URL(deed?.url ?? '').pathname).toBe(`/desk/orders/${encodeURIComponent(orderId)}/refund`);
    }
  });
});
