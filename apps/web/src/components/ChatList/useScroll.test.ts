import { enableAutoUnmount, mount } from '@vue/test-utils';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { defineComponent, h, useTemplateRef } from 'vue';

import { useScroll } from './useScroll.ts';

enableAutoUnmount(afterEach);
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A list 3,000 px high in a window of 500, on a device of which the browser says this. */
function listOn({ isIPhone }: { isIPhone: boolean }) {
  vi.useFakeTimers();
  vi.stubGlobal('matchMedia', () => ({ matches: isIPhone }));
  vi.stubGlobal('CSS', { supports: () => isIPhone });
  let scroll: ReturnType<typeof useScroll> | undefined;
  const cameToRest = vi.fn();
  const List = defineComponent(() => {
    scroll = useScroll(useTemplateRef<HTMLElement>('list'), cameToRest);
    return () => h('div', { ref: 'list' }, [h('div')]);
  });
  const { element } = mount(List);
  let [height, top] = [3000, 1000];
  Object.defineProperties(element, {
    scrollHeight: { get: () => height },
    clientHeight: { value: 500 },
    scrollTop: {
      get: () => top,
      set: (to: number) => {
        top = Math.min(to, height - 500);
      },
    },
  });
  const grow = (px: number) => (height += px);
  const touch = (count: number) => {
    const type = count > 0 ? 'touchstart' : 'touchend';
    element.dispatchEvent(Object.assign(new Event(type), { touches: { length: count } }));
  };
  return { list: element as HTMLElement, scroll: scroll!, touch, grow, cameToRest };
}

describe('the place in the list (client.md §4.1, anchor rule)', () => {
  test('nothing is written under a finger on an iPhone, nor while the list glides; it is made up for at rest', () => {
    const { list, scroll, touch, cameToRest } = listOn({ isIPhone: true });
    touch(1);
    scroll.toEnd();
    expect(list.scrollTop).toBe(1000);
    scroll.scrolled();
    touch(0);
    expect(scroll.isHeld()).toBe(true);
    scroll.toEnd();
    expect(list.scrollTop).toBe(1000);
    vi.advanceTimersByTime(150);
    expect(scroll.isHeld()).toBe(false);
    expect(list.scrollTop).toBe(2500);
    expect(cameToRest).toHaveBeenCalled();
  });

  test('a finger that lies still holds it longer than the list glides', () => {
    const { list, scroll, touch } = listOn({ isIPhone: true });
    touch(1);
    scroll.scrolled();
    scroll.toEnd();
    vi.advanceTimersByTime(10_000);
    expect(list.scrollTop).toBe(1000);
    touch(0);
    expect(list.scrollTop).toBe(2500);
  });

  test('elsewhere it is written at once', () => {
    const { list, scroll, touch } = listOn({ isIPhone: false });
    touch(1);
    scroll.scrolled();
    scroll.toEnd();
    expect(list.scrollTop).toBe(2500);
  });

  test('who is at the end is there still when something has grown before the scrolling was told of', () => {
    const { list, scroll, grow } = listOn({ isIPhone: false });
    scroll.toEnd();
    grow(768);
    expect(scroll.isNearEnd()).toBe(true);
    list.scrollTop -= 100;
    expect(scroll.isNearEnd()).toBe(false);
  });

  test('who has left the end is not brought back by what grows', () => {
    const { list, scroll, grow } = listOn({ isIPhone: false });
    scroll.toEnd();
    list.scrollTop = 2000;
    scroll.isAtEnd.value = scroll.isNearEnd();
    grow(768);
    list.scrollTop = 2500;
    expect(scroll.isNearEnd()).toBe(false);
  });
});
