import { id, type DlgId } from '@trialogue/protocol';
import { expect, test } from 'vitest';

import { Listeners } from './listeners.ts';

const dlgId = id<DlgId>('tea');

test('a handler that throws stops nobody else, and is reported', () => {
  const listeners = new Listeners();
  const heard: unknown[] = [];
  listeners.on('left', () => {
    throw new Error('oops');
  });
  listeners.on('left', (e) => heard.push(e));
  listeners.on('error', ({ error, msg, cause }) => heard.push([error, msg, cause instanceof Error]));
  listeners.on('error', () => {
    throw new Error('and this one too');
  });
  listeners.tell({ name: 'left', detail: { dlgId } });
  expect(heard).toEqual([['sdk.handler_failed', 'handler failed: left: oops', true], { dlgId }]);
});

test('whoever stops listening hears nothing more', () => {
  const listeners = new Listeners();
  const heard: unknown[] = [];
  const off = listeners.on('left', (e) => heard.push(e));
  off();
  listeners.tell({ name: 'left', detail: { dlgId } });
  expect(heard).toEqual([]);
});
