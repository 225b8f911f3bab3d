import { SYSTEM, type Payload } from '@trialogue/protocol';
import { ada, bo, cy } from '@trialogue/testkit';
import { expect, test } from 'vitest';

import { serviceState } from './serviceCall.ts';

type Event = Extract<Payload, { type: 'system' }>['event'];
const told = (event: Event, userId = cy.userId) => ({
  fromuid: SYSTEM,
  said: { type: 'system' as const, event, userId },
});
const says = ({ userId }: typeof ada) => ({ fromuid: userId, said: { type: 'text' as const, text: 'hi' } });

test.for([
  ['nobody has called', [says(ada), says(bo)], 'none'],
  ['Ada has called', [says(ada), told('serviceCalled', ada.userId), says(bo)], 'called'],
  ['Cy has come', [told('serviceCalled', ada.userId), told('joined'), says(ada)], 'here'],
  ['Cy has taken it', [told('serviceCalled', ada.userId), told('taken')], 'here'],
  ['Cy has answered', [told('serviceCalled', ada.userId), says(cy), says(ada)], 'here'],
  ['it was closed since: it can be called again', [says(cy), told('closed'), says(ada)], 'none'],
  ['a merchant has joined', [told('joined', bo.userId)], 'none'],
] as const)('customer service, when %s', ([, entries, state]) =>
  expect(serviceState(entries, [ada, bo, cy])).toBe(state),
);
