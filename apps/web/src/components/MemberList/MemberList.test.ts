import { mount } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { states } from './MemberList.states.ts';
import MemberList from './MemberList.vue';
import { found, sorted } from './members.ts';

beforeEach(() => {
  HTMLDialogElement.prototype.showModal = vi.fn();
  HTMLDialogElement.prototype.close = function close(this: HTMLDialogElement) {
    this.dispatchEvent(new Event('close'));
  };
});
afterEach(() => vi.restoreAllMocks());

const open = (state: string) => mount(MemberList, { props: states[state]!, attachTo: document.body });

test('those who are there come first, and whom one can ask before the others', () => {
  const names = sorted(states['three of them']!.members).map(({ name }) => name);
  expect(names).toEqual(['Bo 青禾茶铺', 'Ada 林小雨', 'Cy 客服小陈']);
});

test('somebody is found by any part of the name, in any case, by several words', () => {
  const { members } = states['three of them']!;
  const byWords = (words: string) => found(members, words).map(({ userId }) => userId);
  expect(byWords('小')).toEqual(['ada', 'cy']);
  expect(byWords(' BO ')).toEqual(['bo']);
  expect(byWords('客服 cy')).toEqual(['cy']);
  expect(byWords('')).toHaveLength(3);
  expect(byWords('mal')).toEqual([]);
});

test('three need no search; of a thousand only those in sight are drawn, and one can be found', async () => {
  const few = open('three of them');
  expect(few.find('input[type=search]').exists()).toBe(false);
  few.unmount();
  const many = open('a thousand');
  expect(many.findAll('.member').length).toBeLessThan(60);
  expect(many.find('.member').attributes('aria-setsize')).toBe('1000');
  await many.get('input[type=search]').setValue('群成员 997');
  expect(many.findAll('.member').map((row) => row.get('bdi').text())).toEqual(['群成员 997']);
  many.unmount();
});

test('a tap on @ closes the list and says whom; nobody mentions themselves', async () => {
  const list = open('three of them');
  expect(list.get('[data-user-id=ada]').find('.at').exists()).toBe(false);
  await list.get('[data-user-id=bo] .at').trigger('click');
  expect(list.emitted('mention')).toEqual([['bo']]);
  expect(list.emitted('close')).toHaveLength(1);
  list.unmount();
});
