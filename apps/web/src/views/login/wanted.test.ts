import { ada, bo } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import { destination } from './wanted.ts';

test('Bo, signed in on the way to a link of Ada, comes into the conversation as Bo', () => {
  const link = '/groupConversation?groupId=tea&userId=ada';
  expect(destination(link, bo.userId)).toBe('/groupConversation?groupId=tea&userId=bo');
});

test.for([undefined, '', 'https://evil.example/', '//evil.example/', '/\\evil.example/', '/login/logout'])(
  '%s is nowhere to go',
  (wanted) => {
    expect(destination(wanted, ada.userId)).toBeUndefined();
  },
);
