import { expect, test, vi } from 'vitest';

import { followViewport } from './viewport.ts';

/** A phone whose keyboard lies over the page, as on iOS. */
function phone() {
  const viewport = Object.assign(new EventTarget(), { height: 800, scale: 1, offsetTop: 0 });
  const scrollTo = vi.fn();
  const root = document.documentElement;
  followViewport({ visualViewport: viewport, document, scrollTo } as unknown as Window);
  return {
    scrollTo,
    heightNow: () => root.style.getPropertyValue('--app-height'),
    change(next: Partial<typeof viewport>) {
      Object.assign(viewport, next);
      viewport.dispatchEvent(new Event('resize'));
    },
  };
}

test('the page is as high as what is seen of it while the keyboard is there, and is not pushed up (client.md 4.4, keyboard)', () => {
  const { change, heightNow, scrollTo } = phone();
  expect(heightNow()).toBe('800px');
  change({ height: 460, offsetTop: 120 });
  expect(heightNow()).toBe('460px');
  expect(scrollTo).toHaveBeenCalledWith(0, 0);
  change({ height: 800, offsetTop: 0 });
  expect(heightNow()).toBe('800px');
});

test('whoever zooms in keeps the page as it is', () => {
  const { change, heightNow, scrollTo } = phone();
  change({ height: 400, scale: 2, offsetTop: 50 });
  expect(heightNow()).toBe('800px');
  expect(scrollTo).not.toHaveBeenCalled();
});
