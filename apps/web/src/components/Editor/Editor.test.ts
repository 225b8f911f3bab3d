import { mount } from '@vue/test-utils';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import Editor from './Editor.vue';

let nowMs = 1000;
let isPhone = false;
beforeEach(() => {
  isPhone = false;
  vi.spyOn(window, 'matchMedia').mockImplementation(() => ({ matches: isPhone }) as MediaQueryList);
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
});
afterEach(() => {
  vi.restoreAllMocks();
});

function open(text: string, more: { closed?: string } = {}) {
  const editor = mount(Editor, {
    props: {
      text,
      attachments: [],
      ...more,
      'onUpdate:text': (next: string) => editor.setProps({ text: next }),
    },
  });
  const box = editor.get('textarea');
  const sent = () => editor.emitted('send')?.length ?? 0;
  return { editor, box, sent };
}

describe('Enter in the editor', () => {
  test('sends', async () => {
    const { box, sent } = open('hello');
    await box.trigger('keydown', { key: 'Enter' });
    expect(sent()).toBe(1);
  });

  test('with Shift breaks the line', async () => {
    const { box, sent } = open('hello');
    await box.trigger('keydown', { key: 'Enter', shiftKey: true });
    expect(sent()).toBe(0);
  });

  test('breaks the line on a phone, where the button sends', async () => {
    isPhone = true;
    const { box, editor, sent } = open('hello');
    await box.trigger('keydown', { key: 'Enter' });
    expect(sent()).toBe(0);
    await editor.get('form').trigger('submit');
    expect(sent()).toBe(1);
  });

  test('chooses a word while an input method is composing', async () => {
    const { box, sent } = open('ni hao');
    await box.trigger('keydown', { key: 'Enter', isComposing: true });
    await box.trigger('keydown', { key: 'Enter', keyCode: 229 });
    expect(sent()).toBe(0);
  });

  test('that ends a composition does not send, in the order of Safari: end first, key after', async () => {
    const { box, sent } = open('你好');
    await box.trigger('compositionend');
    nowMs += 8;
    await box.trigger('keydown', { key: 'Enter' });
    expect(sent()).toBe(0);
    nowMs += 60;
    await box.trigger('keydown', { key: 'Enter' });
    expect(sent()).toBe(1);
  });
});

describe('what can be sent', () => {
  test('is not nothing', async () => {
    const { box, editor, sent } = open('  \n ');
    await box.trigger('keydown', { key: 'Enter' });
    expect(sent()).toBe(0);
    expect(editor.get('.send').attributes('disabled')).toBeDefined();
  });

  test('is not too long, and the writer is told in time', async () => {
    const { box, editor, sent } = open('茶'.repeat(2650));
    expect(editor.get('.room').text()).toContain('72');
    await editor.setProps({ text: '茶'.repeat(2800) });
    expect(editor.get('.room').classes()).toContain('over');
    await box.trigger('keydown', { key: 'Enter' });
    expect(sent()).toBe(0);
  });

  test('is nothing in a closed conversation, which says why', () => {
    const { box, editor } = open('hello', { closed: 'You have left' });
    expect(box.attributes('disabled')).toBeDefined();
    expect(editor.text()).toContain('You have left');
  });

  test('a pasted picture is kept for a look, not sent', async () => {
    const { box, editor, sent } = open('');
    const picture = new File(['x'], 'x.png', { type: 'image/png' });
    await box.trigger('paste', { clipboardData: { files: [picture] } });
    expect(editor.emitted('attach')).toEqual([[[picture]]]);
    expect(sent()).toBe(0);
  });
});
