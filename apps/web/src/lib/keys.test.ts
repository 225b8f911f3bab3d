import { describe, expect, test } from 'vitest';

import { isCommand, keyOf } from './keys.ts';

const pressed = (key: string, held: KeyboardEventInit = {}) => keyOf(new KeyboardEvent('keydown', { key, ...held }));

describe('a pressed key', () => {
  test('is one word with what is held down', () => {
    expect(pressed('ArrowDown', { altKey: true })).toBe('Alt+ArrowDown');
    expect(pressed('k', { ctrlKey: true })).toBe('Mod+K');
    expect(pressed('k', { metaKey: true })).toBe('Mod+K');
    expect(pressed('E', { shiftKey: true })).toBe('Shift+E');
    expect(pressed('e')).toBe('E');
  });

  test('what Shift makes of a sign is in the sign', () => {
    expect(pressed('?', { shiftKey: true })).toBe('?');
    expect(pressed('/')).toBe('/');
  });

  test('is none while a word is composed, nor when only Ctrl is held', () => {
    expect(pressed('Enter', { isComposing: true })).toBeUndefined();
    expect(pressed('Process')).toBeUndefined();
    expect(pressed('Control', { ctrlKey: true })).toBeUndefined();
  });

  test('is none where AltGr types a sign', () => {
    expect(pressed('@', { ctrlKey: true, altKey: true })).toBeUndefined();
  });

  test('in a text field only what is held together with Ctrl or Alt is a command', () => {
    const box = document.createElement('textarea');
    expect(isCommand('E', box)).toBe(false);
    expect(isCommand('Mod+Enter', box)).toBe(true);
    expect(isCommand('E', document.body)).toBe(true);
    const tick = Object.assign(document.createElement('input'), { type: 'checkbox' });
    expect(isCommand('E', tick)).toBe(true);
  });
});
