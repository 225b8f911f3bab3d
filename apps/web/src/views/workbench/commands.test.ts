import { describe, expect, test } from 'vitest';

import { commandOf, commands, keyCaps, keysOf } from './commands.ts';

describe('client.md §4.5 W: the desk is driven by keys', () => {
  test('no key means two things', () => {
    const all = Object.values(commands).flat();
    expect(new Set(all).size).toBe(all.length);
  });

  test('client.md §4.5 W: Alt+↑/↓ conversation, Ctrl+K search, Ctrl+Enter send and close', () => {
    expect(commandOf('Alt+ArrowDown', true)).toBe('next');
    expect(commandOf('Alt+ArrowUp', true)).toBe('previous');
    expect(commandOf('Mod+K', true)).toBe('search');
    expect(commandOf('Mod+Enter', true)).toBe('sendAndClose');
    expect(commandOf('Shift+E', true)).toBe('reopen');
    expect(commandOf('X', true)).toBeUndefined();
  });

  test('WCAG 2.1.4: single keys can be turned off, and are not asked for in the frame either', () => {
    expect(commandOf('E', false)).toBeUndefined();
    expect(commandOf('Mod+Enter', false)).toBe('sendAndClose');
    expect(keysOf(false)).toEqual(['Alt+ArrowDown', 'Alt+ArrowUp', 'Mod+K', 'Mod+Enter']);
  });

  test('keys are shown as they stand on the keyboard', () => {
    expect(keyCaps('Mod+Enter', false)).toEqual(['Ctrl', 'Enter']);
    expect(keyCaps('Alt+ArrowUp', true)).toEqual(['⌥', '↑']);
  });
});
