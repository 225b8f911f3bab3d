import { expect, test, vi } from 'vitest';

import { takeTicket } from './ticket.ts';

const take = (href: string) => {
  const replaceState = vi.fn();
  const ticket = takeTicket({ href }, { replaceState, state: null });
  return [ticket, replaceState.mock.calls[0]?.[2]];
};
const page = 'https://im.example/groupConversation?groupId=tea&userId=ada';

test.for([`${page}#ticket=a.b.c`, `${page}&ticket=a.b.c`])('takes the ticket out of %s', (href) => {
  expect(take(href)).toEqual(['a.b.c', page]);
});

test('leaves an address without a ticket alone', () => {
  expect(take(page)).toEqual([undefined, undefined]);
});

test('an empty ticket is none, and goes all the same', () => {
  expect(take(`${page}#ticket=`)).toEqual([undefined, page]);
});
