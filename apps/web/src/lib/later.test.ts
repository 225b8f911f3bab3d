import { mount } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defineComponent, h, nextTick } from 'vue';

import { later, patiently } from './later.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const failing = (times: number) => {
  let tries = 0;
  return vi.fn(() => (++tries <= times ? Promise.reject(new Error('no network')) : Promise.resolve('here')));
};

test('what cannot be fetched is tried again after 1, 2, 4 … seconds, at most 30', async () => {
  const fetch = failing(8);
  let found = '';
  void patiently(fetch).then((part) => (found = part));
  for (const [at, seconds] of [1, 2, 4, 8, 16, 30, 30, 30].entries()) {
    await vi.advanceTimersByTimeAsync(seconds * 1000 - 1);
    expect(fetch).toHaveBeenCalledTimes(at + 1);
    await vi.advanceTimersByTimeAsync(1);
    expect(fetch).toHaveBeenCalledTimes(at + 2);
  }
  expect(found).toBe('here');
});

test('and at once when the browser is online again', async () => {
  const fetch = failing(1);
  const found = patiently(fetch);
  await vi.advanceTimersByTimeAsync(10);
  window.dispatchEvent(new Event('online'));
  expect(await found).toBe('here');
  expect(fetch).toHaveBeenCalledTimes(2);
});

test('a style sheet that did not come is asked for again, and waited for, before the part is', async () => {
  const link = Object.assign(document.createElement('link'), { rel: 'stylesheet' });
  document.head.append(link);
  link.dispatchEvent(new Event('error'));
  const sheet = () => document.head.querySelector('link[rel=stylesheet]');
  for (const outcome of ['error', 'load']) {
    const before = sheet();
    const fetch = failing(0);
    const found = patiently(fetch);
    expect(sheet()).not.toBe(before);
    expect(fetch).not.toHaveBeenCalled();
    sheet()?.dispatchEvent(new Event(outcome));
    expect(await found).toBe('here');
  }
  const last = sheet();
  expect(await patiently(failing(0))).toBe('here');
  expect(sheet()).toBe(last);
});

test('a component whose file did not come is shown when it comes, and nobody hears of an error', async () => {
  const part = defineComponent(() => () => h('p', 'menu'));
  let isOnline = false;
  const Menu = later(() =>
    isOnline ? Promise.resolve({ __esModule: true, default: part }) : Promise.reject(new Error('gone')),
  );
  const page = mount(defineComponent(() => () => h('div', [h(Menu)])));
  await vi.advanceTimersByTimeAsync(10);
  expect(page.text()).toBe('');
  isOnline = true;
  await vi.advanceTimersByTimeAsync(1_000);
  await nextTick();
  expect(page.text()).toBe('menu');
});
