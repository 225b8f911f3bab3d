import { describe, expect, test } from 'vitest';

import { createKeyboard } from './keyboard.ts';

describe('client.md §4.2, keyboard ↔ panel without a jump in height', () => {
  test('panel and keyboard add up to the same height while one gives way to the other', () => {
    const keyboard = createKeyboard();
    keyboard.seen(360, 780, false);
    keyboard.seen(360, 470, true);
    expect(keyboard.isUp()).toBe(true);
    for (const height of [470, 520, 640, 780, 640, 470]) {
      keyboard.seen(360, height, false);
      expect(height - keyboard.panelPx()).toBe(470);
    }
  });

  test('a bar of the browser is no keyboard, and a turned phone is another window', () => {
    const keyboard = createKeyboard();
    keyboard.seen(360, 780, false);
    keyboard.seen(360, 724, true);
    expect(keyboard.isUp()).toBe(false);
    keyboard.seen(780, 360, false);
    expect(keyboard.isUp()).toBe(false);
    expect(keyboard.panelPx()).toBe(280);
  });
});
