import { id, type ClientMsgId, type Payload } from '@trialogue/protocol';
import type { Member } from '@trialogue/protocol/api';
import { ada, bo, cy, tea } from '@trialogue/testkit';
import { flushPromises, mount, type DOMWrapper } from '@vue/test-utils';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';

import { emptyDraft, type Draft } from '../../utils/draft.ts';
import { speak } from '../../utils/i18n/index.ts';
import type { Entry } from '../ChatList/rows.ts';
import Editor from './Editor.vue';

const api = vi.hoisted(() => ({ callService: vi.fn(), listReplies: vi.fn() }));
vi.mock('../../http/api.ts', () => api);

beforeAll(() => speak('zh-CN'));

let nowMs = 1000;
let isPhone = false;
beforeEach(() => {
  isPhone = false;
  vi.spyOn(window, 'matchMedia').mockImplementation(() => ({ matches: isPhone }) as MediaQueryList);
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
});
afterEach(() => {
  vi.restoreAllMocks();
  localStorage.clear();
  document.body.innerHTML = '';
});

const members: Member[] = [ada, bo, cy].map((one) => ({
  ...one,
  avatar: '',
  remark: '',
  online: true,
  readSeq: 0,
  deliveredSeq: 0,
}));
const entry = (seq: number, said: Payload, { userId } = bo): Entry => ({
  key: `${seq}`,
  seq,
  clientMsgId: id<ClientMsgId>(`c${seq}`),
  fromuid: userId,
  said,
  sentAt: Date.now(),
  recalled: false,
  state: 'sent',
});
const words = (text: string): Payload => ({ type: 'text', text });

function open(text: string | Draft, more: { closed?: string; entries?: Entry[]; as?: typeof ada } = {}) {
  const { as = ada, entries = [], closed } = more;
  const editor = mount(Editor, {
    attachTo: document.body,
    props: {
      draft: typeof text === 'string' ? { ...emptyDraft, text } : text,
      dlgId: tea,
      me: as.userId,
      urole: as.urole,
      members,
      entries,
      closed,
      'onUpdate:draft': (next: Draft) => editor.setProps({ draft: next }),
    },
  });
  const box = editor.get<HTMLTextAreaElement>('textarea');
  box.element.focus();
  return {
    editor,
    box,
    sent: () => editor.emitted('send')?.length ?? 0,
    draft: () => editor.props('draft'),
    /** What is shown besides comes when it is needed. */
    async settled() {
      await vi.dynamicImportSettled();
      await flushPromises();
    },
  };
}

/** As a person types: the text grows where the caret is. */
async function type(
  box: Pick<DOMWrapper<HTMLTextAreaElement>, 'element' | 'trigger'>,
  more: string,
  isComposing = false,
) {
  const { value, selectionStart } = box.element;
  box.element.value = value.slice(0, selectionStart) + more + value.slice(selectionStart);
  const caret = selectionStart + more.length;
  box.element.setSelectionRange(caret, caret);
  await box.trigger('input', { isComposing });
}

describe('client.md §4.2, Enter', () => {
  test('sends', async () => {
    const { box, sent } = open('hello');
    await box.trigger('keydown', { key: 'Enter' });
    expect(sent()).toBe(1);
  });

  test('with Shift breaks the line, with Ctrl too', async () => {
    const { box, draft, sent } = open('hello');
    await box.trigger('keydown', { key: 'Enter', shiftKey: true });
    expect(sent()).toBe(0);
    await box.trigger('keydown', { key: 'Enter', ctrlKey: true });
    expect(sent()).toBe(0);
    expect(draft().text).toBe('hello\n');
  });

  test('breaks the line on a phone, where the button sends, and the key says so', async () => {
    isPhone = true;
    const { box, editor, sent } = open('hello');
    expect(box.attributes('enterkeyhint')).toBe('enter');
    await box.trigger('keydown', { key: 'Enter' });
    expect(sent()).toBe(0);
    await editor.get('form').trigger('submit');
    expect(sent()).toBe(1);
  });

  test('does as the writer has chosen, there and the next time', async () => {
    isPhone = true;
    const { editor, settled } = open('hello');
    await editor.get('[aria-label="更多"]').trigger('click');
    await settled();
    await editor.get('input[type=checkbox]').setValue(true);
    const again = open('hello');
    expect(again.box.attributes('enterkeyhint')).toBe('send');
    await again.box.trigger('keydown', { key: 'Enter' });
    expect(again.sent()).toBe(1);
  });
});

describe('client.md §4.2, IME', () => {
  test('Enter chooses a word while an input method is composing', async () => {
    const { box, sent } = open('ni hao');
    await box.trigger('keydown', { key: 'Enter', isComposing: true });
    await box.trigger('keydown', { key: 'Enter', keyCode: 229 });
    expect(sent()).toBe(0);
  });

  test('Enter that ends a composition does not send, in the order of Safari: end first, key after', async () => {
    const { box, sent } = open('你好');
    await box.trigger('compositionend');
    nowMs += 8;
    await box.trigger('keydown', { key: 'Enter' });
    expect(sent()).toBe(0);
    nowMs += 60;
    await box.trigger('keydown', { key: 'Enter' });
    expect(sent()).toBe(1);
  });

  test('nothing is written into the field while a word is being composed', async () => {
    const { box, draft } = open('');
    await box.trigger('compositionstart');
    for (const typed of ['n', 'ni', 'ni h']) {
      box.element.value = typed;
      const written = vi.spyOn(box.element, 'value', 'set');
      await box.trigger('input', { isComposing: true });
      expect(written).not.toHaveBeenCalled();
      written.mockRestore();
    }
    const written = vi.spyOn(box.element, 'value', 'set');
    await box.trigger('compositionend');
    expect(written).not.toHaveBeenCalled();
    expect(draft().text).toBe('ni h');
  });

  test('what a phone’s keyboard composes can be sent at once: there every word is composed', async () => {
    const { box, editor } = open('');
    await box.trigger('compositionstart');
    await type(box, 'hello', true);
    expect(editor.get('.send').attributes('disabled')).toBeUndefined();
  });
});

describe('client.md §4.2, @mention', () => {
  const listed = (editor: ReturnType<typeof open>['editor']) =>
    editor.findAll('[role=option]').map((one) => one.find('.name').text());

  test('opens on @, is chosen with the keys, and is kept as who and where', async () => {
    const { box, draft, editor, sent, settled } = open('');
    await type(box, 'hi @');
    await settled();
    expect(listed(editor)).toEqual([bo.name, cy.name]);
    expect(box.attributes()).toMatchObject({ 'aria-autocomplete': 'list', 'aria-haspopup': 'listbox' });
    const list = editor.get('[role=listbox]').attributes('id');
    expect(box.attributes('aria-controls')).toBe(list);
    await box.trigger('keydown', { key: 'ArrowDown' });
    expect(box.attributes('aria-activedescendant')).toBe(editor.get('[aria-selected=true]').attributes('id'));
    expect(editor.get('[aria-selected=true] .name').text()).toBe(cy.name);
    await box.trigger('keydown', { key: 'Enter' });
    expect(sent()).toBe(0);
    expect(draft()).toEqual({
      text: `hi @${cy.name} `,
      mentions: [{ userId: cy.userId, at: 3, length: cy.name.length + 1 }],
    });
    expect(box.element.value).toBe(`hi @${cy.name} `);
    expect(editor.find('[role=listbox]').exists()).toBe(false);
    expect(box.attributes('aria-activedescendant')).toBeUndefined();
  });

  test('is found by first letters, with Tab too; ↑ goes round; Esc means it as it is written', async () => {
    const { box, draft, editor, settled } = open('');
    await type(box, '@qhcp');
    await settled();
    expect(listed(editor)).toEqual([bo.name]);
    await box.trigger('keydown', { key: 'Tab' });
    expect(draft().text).toBe(`@${bo.name} `);
    await type(box, '@');
    await settled();
    await box.trigger('keydown', { key: 'ArrowUp' });
    expect(editor.get('[aria-selected=true] .name').text()).toBe(cy.name);
    await box.trigger('keydown', { key: 'Escape' });
    await type(box, 'c');
    await settled();
    expect(editor.find('[role=listbox]').exists()).toBe(false);
    expect(document.activeElement).toBe(box.element);
  });

  test('never opens on what is being composed', async () => {
    const { box, editor, settled } = open('');
    await box.trigger('compositionstart');
    await type(box, '@bo', true);
    await settled();
    expect(editor.find('[role=listbox]').exists()).toBe(false);
    await box.trigger('compositionend');
    await settled();
    expect(listed(editor)).toEqual([bo.name]);
    // The key that ended the composition does not choose either.
    await box.trigger('keydown', { key: 'Enter' });
    expect(editor.props('draft').text).toBe('@bo');
  });

  test('of everybody is for the merchant and customer service', async () => {
    const { box, draft, editor, settled } = open('', { as: bo });
    await type(box, '@');
    await settled();
    expect(listed(editor)).toEqual(['所有人', ada.name, cy.name]);
    await box.trigger('keydown', { key: 'Enter' });
    expect(draft().mentions).toEqual([{ at: 0, length: 4 }]);
  });

  test('goes as a whole', async () => {
    const { box, draft } = open({
      text: 'hi @Bo ',
      mentions: [{ userId: bo.userId, at: 3, length: 3 }],
    });
    box.element.value = 'hi @B ';
    box.element.setSelectionRange(5, 5);
    await box.trigger('input');
    expect(draft()).toEqual({ text: 'hi  ', mentions: [] });
    expect(box.element.value).toBe('hi  ');
    expect(box.element.selectionStart).toBe(3);
  });

  test('is put where the caret is when somebody is picked elsewhere', async () => {
    const { box, draft, editor, settled } = open('hello ');
    editor.vm.mention(bo);
    await settled();
    expect(draft().text).toBe(`hello @${bo.name} `);
    expect(document.activeElement).toBe(box.element);
  });
});

describe('client.md §4.5, canned replies at the desk', () => {
  const replies = [
    {
      replyId: 'refund',
      title: 'Refund',
      text: 'Dear {name}, your refund of {order} is on its way. {agent}, {shop}',
      scope: 'app',
    },
    { replyId: 'ship', title: '发货', text: 'Shipped.', scope: 'own' },
  ];
  test('`/` opens them, their blanks are filled, and they are not sent before one has read them', async () => {
    api.listReplies.mockResolvedValue({ list: replies });
    const order: Payload = {
      type: 'order',
      orderId: 'A-7',
      title: 'Tea',
      status: 'paid',
      total: { amount: '9', currency: 'CNY' },
    };
    const { box, draft, editor, sent, settled } = open('', { as: cy, entries: [entry(1, order)] });
    await type(box, '/re');
    await settled();
    expect(editor.findAll('[role=option]')).toHaveLength(1);
    await box.trigger('keydown', { key: 'Enter' });
    expect(draft().text).toBe(`Dear ${ada.name}, your refund of A-7 is on its way. ${cy.name}, {shop}`);
    expect(sent()).toBe(0);
  });

  test('a shopper’s `/` is a slash', async () => {
    const { box, editor, settled } = open('');
    await type(box, '/re');
    await settled();
    expect(editor.find('[role=listbox]').exists()).toBe(false);
  });
});

describe('client.md §4.2, reply quote', () => {
  test('stands above the box; ✕ and Esc take it away, and what was written stays', async () => {
    const { box, draft, editor, settled } = open('well');
    editor.vm.quote(entry(4, words('In stock.')));
    await settled();
    expect(editor.get('.about').text()).toContain(bo.name);
    expect(editor.get('.about').text()).toContain('In stock.');
    expect(draft().quote).toEqual({ seq: 4, fromuid: bo.userId, type: 'text', text: 'In stock.' });
    await box.trigger('keydown', { key: 'Escape' });
    expect(draft()).toEqual({ text: 'well', mentions: [], quote: undefined });
    expect(document.activeElement).toBe(box.element);

    editor.vm.quote(entry(4, words('In stock.')));
    await settled();
    await editor.get('.about button').trigger('click');
    expect(draft().quote).toBeUndefined();
  });
});

describe('client.md §4.4, ↑ in an empty composer', () => {
  test('takes up the last own message; Esc leaves it as it was', async () => {
    const { box, draft, editor, settled } = open('', {
      entries: [entry(3, words('two tin'), ada), entry(4, words('?'))],
    });
    await box.trigger('keydown', { key: 'ArrowUp' });
    await settled();
    expect(box.element.value).toBe('two tin');
    expect(draft().editing).toMatchObject({ seq: 3, original: 'two tin' });
    expect(editor.get('.about').text()).toContain('编辑消息');
    await box.trigger('keydown', { key: 'Escape' });
    expect(draft()).toEqual(emptyDraft);
    expect(box.element.value).toBe('');
  });

  test('moves the caret where something is written', async () => {
    const { box, draft } = open('x', { entries: [entry(3, words('two tin'), ada)] });
    await box.trigger('keydown', { key: 'ArrowUp' });
    expect(draft().text).toBe('x');
  });

  test('Esc at last leaves the box', async () => {
    const { box } = open('');
    await box.trigger('keydown', { key: 'Escape' });
    expect(document.activeElement).not.toBe(box.element);
  });
});

describe('client.md §4.2, edit again after a recall', () => {
  test('brings back text, quote and mentions', async () => {
    const { box, draft, editor, settled } = open('');
    const back: Draft = {
      text: '@Bo two',
      mentions: [{ userId: bo.userId, at: 0, length: 3 }],
      quote: { seq: 4, fromuid: bo.userId, type: 'text', text: 'In stock.' },
    };
    editor.vm.restore(back);
    await settled();
    expect(draft()).toEqual(back);
    expect(document.activeElement).toBe(box.element);
  });
});

describe('client.md §4.2, emoji', () => {
  test('is put at the caret; those used last come first; Esc closes', async () => {
    const { box, draft, editor, settled } = open('ab');
    box.element.setSelectionRange(1, 1);
    await editor.get('[aria-label="表情"]').trigger('click');
    await settled();
    const tea = editor.findAll('.emoji').find((one) => one.text() === '🍵');
    await tea?.trigger('click');
    expect(draft().text).toBe('a🍵b');
    expect(box.element.selectionStart).toBe(3);
    await tea?.trigger('keydown', { key: 'Escape' });
    expect(editor.find('.emoji').exists()).toBe(false);
    expect(document.activeElement).toBe(box.element);
    await editor.get('[aria-label="表情"]').trigger('click');
    await settled();
    expect(editor.get('.emoji').text()).toBe('🍵');
  });

  test('is a grid of eight columns that the arrows walk through, with one stop for Tab', async () => {
    const { editor, settled } = open('');
    await editor.get('[aria-label="表情"]').trigger('click');
    await settled();
    const rows = editor.findAll('[role=row]');
    expect(rows[0]?.findAll('.emoji')).toHaveLength(8);
    const at = () => document.activeElement;
    const press = (key: string) => editor.get('[role=grid]').trigger('keydown', { key }).then(flushPromises);
    expect(at()).toBe(rows[0]?.find('.emoji').element);
    await press('ArrowRight');
    await press('ArrowDown');
    expect(at()).toBe(rows[1]?.findAll('.emoji')[1]?.element);
    await press('End');
    await press('ArrowRight');
    expect(at()).toBe(rows[2]?.findAll('.emoji')[0]?.element);
    await press('ArrowLeft');
    expect(at()).toBe(rows[1]?.findAll('.emoji')[7]?.element);
    expect(editor.findAll('[role=grid] [tabindex="0"]')).toHaveLength(1);
  });
});

describe('client.md §4.5, quick replies', () => {
  const ask: Payload = { type: 'quickReplies', text: 'Which?', choices: ['绿茶', '红茶'] };
  test('stand above the box, one tap says it, and names what it was chosen from', async () => {
    const { editor, settled } = open('half a', { entries: [entry(5, ask)] });
    await settled();
    await editor.findAll('.choice')[1]?.trigger('click');
    expect(editor.emitted('say')).toEqual([[{ type: 'text', text: '红茶', chosenFrom: 5 }]]);
    await editor.setProps({
      entries: [entry(5, ask), entry(6, { type: 'text', text: '红茶', chosenFrom: 5 }, ada)],
    });
    expect(editor.find('.choice').exists()).toBe(false);
    expect(editor.props('draft').text).toBe('half a');
  });
});

describe('client.md §4.5, 转人工 always reachable', () => {
  test('customer service is called with two taps, and the button says that it was', async () => {
    api.callService.mockResolvedValue({ calledAt: 1 });
    const { editor, settled } = open('');
    await editor.get('[aria-label="更多"]').trigger('click');
    await settled();
    const call = editor.findAll('.tile').find((one) => one.text() === '需要客服介入');
    await call?.trigger('click');
    expect(api.callService).toHaveBeenCalledWith(tea);
    expect(call?.text()).toBe('已呼叫客服，请稍候');
    expect(call?.attributes('disabled')).toBeDefined();
    await editor.setProps({ entries: [entry(9, words('您好'), cy)] });
    expect(call?.text()).toBe('客服已在会话中');
  });

  test('customer service does not call itself', async () => {
    const { editor, settled } = open('', { as: cy });
    await editor.get('[aria-label="更多"]').trigger('click');
    await settled();
    expect(editor.get('.plus').text()).not.toContain('客服');
  });
});

describe('client.md §4.4, keyboard', () => {
  test('stays open on send: the box keeps the focus', async () => {
    isPhone = true;
    const { box, editor } = open('hello');
    await editor.get('form').trigger('submit');
    expect(document.activeElement).toBe(box.element);
  });

  test('gives way to a panel, and stays away while one sends from there', async () => {
    isPhone = true;
    const { box, editor, settled } = open('hello');
    await editor.get('[aria-label="表情"]').trigger('click');
    await settled();
    expect(document.activeElement).not.toBe(box.element);
    expect(editor.get<HTMLElement>('.panel').element.style.blockSize).toMatch(/px$/);
    await editor.get('form').trigger('submit');
    expect(document.activeElement).not.toBe(box.element);
    expect(editor.find('.panel').exists()).toBe(true);
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
    await editor.setProps({ draft: { ...emptyDraft, text: '茶'.repeat(2800) } });
    expect(editor.get('.room').classes()).toContain('over');
    await box.trigger('keydown', { key: 'Enter' });
    expect(sent()).toBe(0);
  });

  test('is nothing in a closed conversation, which says why', () => {
    const { box, editor } = open('hello', { closed: 'You have left' });
    expect(box.attributes('disabled')).toBeDefined();
    expect(editor.text()).toContain('You have left');
    for (const button of editor.findAll('.line button')) expect(button.attributes('disabled')).toBeDefined();
  });

  test('a pasted picture is kept for a look, not sent', async () => {
    const { box, editor, sent } = open('');
    const picture = new File(['x'], 'x.png', { type: 'image/png' });
    await box.trigger('paste', { clipboardData: { files: [picture] } });
    expect(editor.emitted('files')).toEqual([[[picture]]]);
    expect(sent()).toBe(0);
  });
});
