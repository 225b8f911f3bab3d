import { afterEach, expect, test, vi } from 'vitest';

import { browserWakes } from './wakes.ts';

afterEach(() => vi.unstubAllGlobals());

test('a page wakes the client when it is online again, shown again, or seen again', () => {
  const window = new EventTarget();
  const document = Object.assign(new EventTarget(), { visibilityState: 'hidden' });
  vi.stubGlobal('window', window);
  vi.stubGlobal('document', document);
  const wake = vi.fn();
  const stop = browserWakes(wake);
  document.dispatchEvent(new Event('visibilitychange'));
  expect(wake).not.toHaveBeenCalled();
  document.visibilityState = 'visible';
  document.dispatchEvent(new Event('visibilitychange'));
  window.dispatchEvent(new Event('online'));
  window.dispatchEvent(new Event('pageshow'));
  expect(wake).toHaveBeenCalledTimes(3);
  stop();
  window.dispatchEvent(new Event('online'));
  expect(wake).toHaveBeenCalledTimes(3);
});

test('where there is no page there is nothing to hear', () => {
  const stop = browserWakes(() => {});
  expect(stop()).toBeUndefined();
});
