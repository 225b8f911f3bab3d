import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { effectScope } from 'vue';

import { useHostKeys } from './useHostKeys.ts';

const say = vi.fn();
let scope: ReturnType<typeof effectScope>;
const box = document.createElement('textarea');
const button = document.createElement('button');
document.body.append(box, button);

beforeEach(() => {
  say.mockClear();
  scope = effectScope();
  const keys = scope.run(() => useHostKeys({ admit: vi.fn(), say, close: vi.fn() }));
  keys?.watch(['Alt+ArrowDown', 'Mod+Enter', 'E', 'Enter']);
});
afterEach(() => scope.stop());

const press = (target: Element, key: string, held: KeyboardEventInit = {}) => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...held });
  target.dispatchEvent(event);
  return event;
};
const heard = () => say.mock.calls.map(([message]: unknown[]) => (message as { payload: object }).payload);

describe('the keys of the page around us', () => {
  test('only those it has asked for are told, and they do nothing else here', () => {
    expect(press(document.body, 'e').defaultPrevented).toBe(true);
    expect(press(document.body, 'x').defaultPrevented).toBe(false);
    expect(heard()).toEqual([{ key: 'E', isWriting: false }]);
  });

  test('what is written in a field is nobody’s business: only keys held with Ctrl, ⌘ or Alt are', () => {
    press(box, 'e');
    press(box, 'Enter');
    press(box, 'Enter', { ctrlKey: true });
    press(box, 'ArrowDown', { altKey: true, isComposing: true });
    expect(heard()).toEqual([{ key: 'Mod+Enter', isWriting: true }]);
  });

  test('Enter presses the button it is on, and in a dialog keys are the dialog’s', () => {
    press(button, 'Enter');
    const dialog = document.body.appendChild(document.createElement('dialog'));
    press(dialog, 'e');
    expect(heard()).toEqual([]);
  });

  test('a key that is held down is told once, except to go through the list', () => {
    press(document.body, 'e', { repeat: true });
    press(document.body, 'ArrowDown', { altKey: true, repeat: true });
    expect(heard()).toEqual([{ key: 'Alt+ArrowDown', isWriting: false }]);
  });

  test('nothing is told any more once the conversation is gone', () => {
    scope.stop();
    press(document.body, 'e');
    expect(heard()).toEqual([]);
  });
});
