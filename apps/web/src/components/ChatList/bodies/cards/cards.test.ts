import { id, type ClientMsgId, type Payload, type PayloadOf, type UserId } from '@trialogue/protocol';
import { ada, bo, cy, tea } from '@trialogue/testkit';
import { mount } from '@vue/test-utils';
import { beforeEach, describe, expect, test, vi } from 'vitest';

import { getConfig } from '../../../../http/api.ts';
import { hostCards } from '../../../../lib/hostCards.ts';
import { speak, withWords } from '../../../../utils/i18n/index.ts';
import type { Answer, Entry } from '../../rows.ts';
import CardBody from './CardBody.vue';
import { readerKey } from './reader.ts';

vi.mock('../../../../http/api.ts', () => ({
  getConfig: vi.fn(async () => ({ origins: ['https://shop.example'] })),
  getOrderActions: vi.fn(async () => ({ list: [] })),
}));
const said = vi.hoisted((): unknown[] => []);
vi.mock('../../../../lib/host.ts', () => ({ host: { say: (message: unknown) => said.push(message) } }));

const HOUR = 3_600_000;
const cny = (amount: string) => ({ amount, currency: 'CNY' });
const tick = () => new Promise((done) => setTimeout(done));

beforeEach(async () => {
  await speak('en');
  await withWords('cards', Promise.resolve());
  said.length = 0;
  hostCards.takesLinks = false;
  document.body.innerHTML = '';
});

interface More {
  me?: UserId;
  urole?: 'user' | 'merchant' | 'service';
  answers?: readonly Answer[];
  key?: string;
}
/** A card that Bo's shop has sent, as somebody sees it: Ada, unless said otherwise. */
function show(card: Payload, { me = ada.userId, urole = 'user', answers, key = 'bo m7' }: More = {}) {
  const entry: Entry = {
    key,
    seq: 7,
    clientMsgId: id<ClientMsgId>('m7'),
    fromuid: bo.userId,
    said: card,
    sentAt: Date.now(),
    recalled: false,
    state: 'sent',
    ...(answers && { answers }),
  };
  return mount(CardBody, {
    props: { dlgId: tea, entry, me },
    global: { provide: { [readerKey as symbol]: { urole } } },
    attachTo: document.body,
  });
}
const answer = (answered: Answer['said'], fromuid = ada.userId, agoMs = 0): Answer => ({
  seq: 8,
  fromuid,
  said: answered,
  sentAt: Date.now() - agoMs,
});
const sent = (card: ReturnType<typeof show>) => card.emitted<[Payload]>('say')?.map(([payload]) => payload);

describe('a product (client.md 4.5 "product card")', () => {
  const pot: PayloadOf<'product'> = {
    type: 'product',
    productId: 'p1',
    title: '紫砂壶',
    price: cny('1234567890123456.78'),
    wasPrice: cny('168'),
    spec: '240 ml',
    stock: 3,
    imageUrl: '/demo/pot.jpg',
  };

  test('says what it is, what it costs to the last cent, what it cost before and how many are left', () => {
    const card = show(pot);
    expect(card.get('[role=group]').attributes('aria-label')).toBe('Product');
    expect(card.get('.price').text()).toBe('CN¥1,234,567,890,123,456.78');
    expect(card.get('s').text().replaceAll(/\s+/g, ' ')).toBe('Before: CN¥168.00');
    expect(card.text()).toContain('Only 3 left');
    expect(show({ ...pot, stock: 0 }).text()).toContain('Sold out');
  });

  test('a price in a currency that nobody knows stands as it was given', () => {
    expect(
      show({ ...pot, price: { amount: '5', currency: 'X' } })
        .get('.price')
        .text(),
    ).toBe('5 X');
    expect(
      show({ ...pot, price: { amount: '0.0005', currency: 'USD' } })
        .get('.price')
        .text(),
    ).toBe('$0.0005');
  });

  test('its picture comes from our own origin or not at all, in a box that is there anyway', async () => {
    expect(show(pot).get('img').attributes('src')).toBe(`${location.origin}/demo/pot.jpg`);
    const foreign = show({ ...pot, imageUrl: 'https://tracker.example/pixel.gif' });
    expect(foreign.find('img').exists()).toBe(false);
    expect(foreign.find('.box .card-icon').exists()).toBe(true);
    const broken = show(pot);
    await broken.get('img').trigger('error');
    expect(broken.find('.box .card-icon').exists()).toBe(true);
  });
});

describe('the way to its page', () => {
  const at = (url: string) => show({ type: 'product', productId: 'p1', title: 'pot', price: cny('1'), url });

  test('leads to the web and nowhere else', () => {
    expect(at('https://shop.example/p1').get('a').attributes()).toMatchObject({
      href: 'https://shop.example/p1',
      target: '_blank',
      rel: 'noopener noreferrer nofollow',
    });
    for (const url of ['javascript:alert(1)', 'data:text/html,x', '/p1', 'https://ada:secret@shop.example', 'p1'])
      expect(at(url).find('a').exists(), url).toBe(false);
  });

  test('to a page of the platform it is a new tab; away from it, one is told where it leads', async () => {
    const own = at('https://shop.example/p1');
    await tick();
    // Here nobody shall really go there.
    let isFollowed: boolean | undefined;
    document.body.addEventListener(
      'click',
      (click) => {
        isFollowed = !click.defaultPrevented;
        click.preventDefault();
      },
      { once: true },
    );
    await own.get('a').trigger('click');
    expect(isFollowed).toBe(true);
    expect(own.find('dialog').exists()).toBe(false);

    const foreign = at('https://shop.example.evil.example/p1');
    await foreign.get('a').trigger('click');
    await vi.waitFor(() => expect(foreign.find('dialog').exists()).toBe(true));
    expect(foreign.get('dialog .host').text()).toBe('shop.example.evil.example');
    expect(foreign.get('dialog a').attributes('rel')).toBe('noopener noreferrer nofollow');
    expect(said).toEqual([]);
  });

  test('who is not told which origins are the platform’s takes none for it', async () => {
    vi.resetModules();
    vi.mocked(getConfig).mockRejectedValueOnce(new Error('offline'));
    const { trustedOrigins } = await import('./cardLinks.ts');
    expect([...(await trustedOrigins())]).toEqual([location.origin]);
    expect([...(await trustedOrigins())]).toContain('https://shop.example');
  });

  test('where the page around us follows links, it is told the address and no more', async () => {
    hostCards.takesLinks = true;
    await at('https://elsewhere.example/p1').get('a').trigger('click');
    expect(said).toEqual([{ action: 'navigate', payload: { url: 'https://elsewhere.example/p1' } }]);
  });
});

describe('an order (client.md 4.5 "order card")', () => {
  const order: PayloadOf<'order'> = {
    type: 'order',
    orderId: 'QH-1',
    title: '1 pot',
    status: 'paid',
    total: cny('128'),
    items: Array.from({ length: 5 }, (_, at) => ({ title: `cup ${at}`, count: 2, price: cny('20') })),
  };

  test('says how it stands, what is in it and the sum', async () => {
    const card = show(order);
    expect(card.get('.status').text()).toBe('Paid');
    expect(card.get('.total').text()).toContain('10 pieces');
    expect(card.get('.total .price').text()).toBe('CN¥128.00');
    expect(card.findAll('.items li')).toHaveLength(3);
    const all = card.get('.all');
    expect(all.text()).toBe('2 more items');
    expect(all.attributes('aria-expanded')).toBe('false');
    await all.trigger('click');
    expect(card.findAll('.items li')).toHaveLength(5);
    expect(all.attributes('aria-expanded')).toBe('true');
  });

  test('a known status is said in the reader’s language, however it is spelt; another stays as it is', async () => {
    expect(
      show({ ...order, status: 'OUT_FOR_DELIVERY' })
        .get('.status')
        .text(),
    ).toBe('Out for delivery');
    expect(
      show({ ...order, status: '买家已付款 · waiting' })
        .get('.status')
        .text(),
    ).toBe('买家已付款 · waiting');
    expect(
      show({ ...order, status: 'constructor' })
        .get('.status')
        .text(),
    ).toBe('constructor');
    const card = show({ ...order, status: 'in transit' });
    await speak('zh-CN');
    await tick();
    expect(card.get('.status').text()).toBe('运输中');
  });

  test('a change of it is seen in place', async () => {
    const card = show(order);
    await card.setProps({ entry: { ...card.props('entry'), said: { ...order, status: 'shipped' } } });
    expect(card.get('.status').text()).toBe('Shipped');
  });
});

describe('a parcel, a refund', () => {
  const steps = Array.from({ length: 6 }, (_, at) => ({ text: `stop ${at}`, at: Date.now() - at * HOUR }));

  test('of a parcel the newest news come first, the rest when asked for', async () => {
    const card = show({ type: 'logistics', trackingNumber: 'SF1', carrier: '顺丰', status: 'inTransit', steps });
    expect(card.findAll('.step').map((step) => step.get('p').text())).toEqual(['stop 0', 'stop 1', 'stop 2']);
    expect(card.get('[aria-current=step]').text()).toContain('stop 0');
    await card.get('.all').trigger('click');
    expect(card.findAll('.step')).toHaveLength(6);
  });

  test('the tracking number is copied by a tap', async () => {
    const writeText = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    const card = show({ type: 'logistics', trackingNumber: 'SF1', carrier: '顺丰', status: 'inTransit' });
    await card.get('[aria-label="Copy tracking number SF1"]').trigger('click');
    expect(writeText).toHaveBeenCalledWith('SF1');
    await tick();
    expect(card.get('[role=status]').text()).toBe('Copied');
    writeText.mockRejectedValueOnce(new Error('not allowed'));
    await card.get('.copy').trigger('click');
    await tick();
    expect(card.get('[role=status]').text()).not.toBe('Copied');
  });

  test('of a refund all steps are there, and which of them are still ahead', () => {
    const card = show({
      type: 'refund',
      refundId: 'r1',
      amount: cny('20'),
      status: 'approved',
      reason: 'a chip',
      steps: [{ text: 'asked', at: 1 }, { text: 'approved', at: 2 }, { text: 'paid back' }],
    });
    expect(card.get('.amount').text()).toBe('CN¥20.00');
    expect(card.get('[aria-current=step]').text()).toContain('approved');
    expect(card.get('.ahead').text()).toBe('paid back(still ahead)');
  });
});

describe('a coupon', () => {
  const coupon: PayloadOf<'coupon'> = { type: 'coupon', couponId: 'c1', title: 'Tea week', code: 'TEA20' };

  test('says what it takes off and from which sum on', () => {
    expect(
      show({ ...coupon, off: cny('20'), least: cny('100') })
        .get('.worth')
        .text(),
    ).toBe('CN¥20.00From CN¥100.00');
    expect(
      show({ ...coupon, percentOff: 15 })
        .get('.worth')
        .text(),
    ).toBe('15% offNo minimum');
  });

  test('the time that is left is counted down, and then the code is not to be had any more', async () => {
    vi.useFakeTimers({ now: 1_800_000_000_000 });
    const until = (ms: number) => show({ ...coupon, expiresAt: Date.now() + ms });
    expect(until(50 * HOUR).text()).toContain('2 d 2 h left');
    expect(until(3 * HOUR + 60_000).text()).toContain('3 h 1 min left');
    expect(until(240 * HOUR).text()).toContain('Valid until');
    const card = until(2_000);
    expect(card.text()).toContain('0 min 2 s left');
    expect(card.find('.copy').exists()).toBe(true);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(card.text()).toContain('Expired');
    expect(card.find('.copy').exists()).toBe(false);
    vi.useRealTimers();
  });

  test('a used one cannot be used again', () => {
    expect(show({ ...coupon, status: 'used', url: 'https://shop.example' }).findAll('a, .copy')).toEqual([]);
  });
});

describe('quick replies (client.md 4.5 "quick replies": one tap sends, clickable once)', () => {
  const ask: PayloadOf<'quickReplies'> = { type: 'quickReplies', text: 'More?', choices: ['Yes', 'No, thanks'] };

  test('one is chosen, once', async () => {
    const card = show(ask);
    const [yes, no] = card.findAll('.choice');
    await no?.trigger('click');
    await no?.trigger('click');
    await yes?.trigger('click');
    expect(sent(card)).toEqual([{ type: 'text', text: 'No, thanks', chosenFrom: 7 }]);
    expect(no?.text()).toBe('No, thanks(chosen)');
    expect(yes?.attributes('disabled')).toBeDefined();
  });

  test('what was chosen stays to be seen, by everybody', () => {
    const answers = [answer({ type: 'text', text: 'Yes', chosenFrom: 7 })];
    for (const me of [ada.userId, cy.userId]) {
      const card = show(ask, { answers, me });
      expect(card.findAll('.taken').map((one) => one.text())).toEqual(['Yes(chosen)']);
      expect(card.findAll('.choice:not(:disabled)')).toEqual([]);
    }
  });

  test('the shopper is asked, not the shop; unless somebody is named', () => {
    const open = (card: Payload, more: More) => show(card, more).findAll('.choice:not(:disabled)').length > 0;
    expect(open(ask, {})).toBe(true);
    expect(open(ask, { me: cy.userId, urole: 'service' })).toBe(false);
    expect(open(ask, { me: bo.userId, urole: 'merchant' })).toBe(false);
    expect(open({ ...ask, to: cy.userId }, {})).toBe(false);
    expect(open({ ...ask, to: cy.userId }, { me: cy.userId, urole: 'service' })).toBe(true);
  });
});

describe('a form', () => {
  const form: PayloadOf<'form'> = {
    type: 'form',
    title: 'Return a pot',
    fields: [
      { name: 'phone', label: 'Phone', kind: 'phone', isNeeded: true },
      { name: 'why', label: 'Reason', kind: 'choice', options: ['broken', 'late'], isNeeded: true },
      { name: 'mail', label: 'E-mail', kind: 'email' },
      { name: 'count', label: 'How many', kind: 'number', value: '1' },
    ],
  };
  let turn = 0;
  const open = (more: More = {}, card = form) => show(card, { key: `bo form ${turn++}`, ...more });

  test('every field has its name, and the keyboard of a phone fits it', () => {
    const card = open();
    for (const field of form.fields) {
      const label = card.findAll('label').find((one) => one.text().startsWith(field.label));
      expect(card.find(`[id="${label?.attributes('for')}"]`).exists()).toBe(true);
    }
    expect(card.get('[type=tel]').attributes('inputmode')).toBe('tel');
    expect(card.findAll<HTMLInputElement>('input').at(-1)?.element.value).toBe('1');
  });

  test('what is wrong is said beside the field, in words, and the cursor goes there', async () => {
    const card = open();
    await card.get('[type=tel]').setValue('no number');
    await card.get('[type=email]').setValue('ada');
    await card.get('form').trigger('submit');
    await tick();
    expect(card.findAll('.wrong').map((one) => one.text())).toEqual([
      'Enter a phone number, such as +86 138 0000 0000',
      'Choose “Reason”',
      'Enter an e-mail address, such as name@example.com',
    ]);
    const phone = card.get('[type=tel]');
    expect(document.activeElement).toBe(phone.element);
    expect(phone.attributes('aria-invalid')).toBe('true');
    expect(card.get(`[id="${phone.attributes('aria-describedby')}"]`).text()).toContain('phone number');
    expect(sent(card)).toBeUndefined();
    await phone.setValue('138 0000 0000');
    expect(card.findAll('.wrong')).toHaveLength(2);
  });

  test('filled in, it is sent, and shown as it was filled in; it can be changed', async () => {
    const card = open();
    await card.get('[type=tel]').setValue(' 13800000000 ');
    await card.get('select').setValue('broken');
    await card.get('form').trigger('submit');
    const first = sent(card)?.[0] as PayloadOf<'formAnswer'>;
    expect(first).toEqual({
      type: 'formAnswer',
      seq: 7,
      values: [
        { name: 'phone', value: '13800000000' },
        { name: 'why', value: 'broken' },
        { name: 'mail', value: '' },
        { name: 'count', value: '1' },
      ],
    });
    await card.setProps({ entry: { ...card.props('entry'), answers: [answer(first)] } });
    expect(card.find('form').exists()).toBe(false);
    expect(card.findAll('dd').map((one) => one.text())).toEqual(['13800000000', 'broken', 'Not filled in', '1']);
    await card.get('.change').trigger('click');
    expect(card.get<HTMLInputElement>('[type=tel]').element.value).toBe('13800000000');
    await card.get('select').setValue('late');
    await card.get('form').trigger('submit');
    expect(sent(card)?.[1]).toMatchObject({ values: [{}, { name: 'why', value: 'late' }, {}, {}] });
  });

  test('half filled in, it is still so when the list has taken it away and brought it back', async () => {
    const card = open({ key: 'bo form kept' });
    await card.get('[type=tel]').setValue('138');
    card.unmount();
    expect(open({ key: 'bo form kept' }).get<HTMLInputElement>('[type=tel]').element.value).toBe('138');
  });

  test('who is not asked sees what was answered, or that it is waited for', () => {
    const agent = { me: cy.userId, urole: 'service' } as const;
    expect(open(agent).text()).toContain('Waiting to be filled in');
    expect(open(agent).find('form').exists()).toBe(false);
    const answers = [answer({ type: 'formAnswer', seq: 7, values: [{ name: 'why', value: 'late' }] })];
    const answered = open({ ...agent, answers });
    expect(answered.text()).toContain('late');
    expect(answered.find('.change').exists()).toBe(false);
  });

  test('an answer to a form that is not at hand can be read', () => {
    const card = show({ type: 'formAnswer', seq: 7, values: [{ name: 'why', value: 'late' }] });
    expect(card.text()).toContain('late');
  });
});

describe('a rating (client.md 4.5 "satisfaction": stars, tags and words, editable for 24 h, one row)', () => {
  const ask: PayloadOf<'ratingRequest'> = { type: 'ratingRequest', tags: ['friendly', 'quick'] };
  const four: PayloadOf<'rating'> = { type: 'rating', seq: 7, stars: 4, text: 'fine', tags: ['quick'] };

  test('the stars are one group of radio buttons, each with a name', () => {
    const radios = show(ask).findAll<HTMLInputElement>('[type=radio]');
    expect(radios).toHaveLength(5);
    expect(new Set(radios.map(({ element }) => element.name)).size).toBe(1);
    expect(radios.map(({ element }) => element.labels?.[0]?.textContent?.trim())).toEqual([
      '1 star, Very poor',
      '2 stars, Poor',
      '3 stars, Fair',
      '4 stars, Good',
      '5 stars, Excellent',
    ]);
  });

  test('tags and words are asked for once there are stars; all of it is sent', async () => {
    const card = show(ask);
    expect(card.find('textarea').exists()).toBe(false);
    await card.findAll('[type=radio]')[3]?.setValue(true);
    await card.findAll('[type=checkbox]')[1]?.setValue(true);
    await card.get('textarea').setValue(' fine ');
    await card.get('form').trigger('submit');
    expect(sent(card)).toEqual([four]);
  });

  test('what was given is shown in its place, and can be changed for a day', async () => {
    const card = show(ask, { answers: [answer(four, ada.userId, 23 * HOUR)] });
    expect(card.get('[role=img]').attributes('aria-label')).toBe('Rating: 4 stars');
    expect(card.text()).toContain('fine');
    await card.get('.change').trigger('click');
    expect(card.findAll<HTMLInputElement>('[type=radio]')[3]?.element.checked).toBe(true);
    await card.findAll('[type=radio]')[4]?.setValue(true);
    await card.get('form').trigger('submit');
    expect(sent(card)).toEqual([{ ...four, stars: 5 }]);
    expect(
      show(ask, { answers: [answer(four, ada.userId, 25 * HOUR)] })
        .find('.change')
        .exists(),
    ).toBe(false);
  });

  test('the shop sees the rating, and cannot give one', () => {
    const shop = { me: bo.userId, urole: 'merchant' } as const;
    expect(show(ask, shop).find('form').exists()).toBe(false);
    expect(show(ask, shop).text()).toContain('Waiting for a rating');
    expect(
      show(ask, { ...shop, answers: [answer(four)] })
        .find('.change')
        .exists(),
    ).toBe(false);
  });

  test('one that answers no request stands by itself', () => {
    expect(show({ type: 'rating', stars: 2 }).get('[role=img]').attributes('aria-label')).toBe('Rating: 2 stars');
  });
});
