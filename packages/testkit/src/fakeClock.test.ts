import { expect, test } from 'vitest';

import { fakeClock } from './fakeClock.ts';

test('timers ring in the order of their time, each at its own', () => {
  const clock = fakeClock();
  const heard: string[] = [];
  clock.setTimer(20, () => heard.push(`late at ${clock.now()}`));
  clock.setTimer(10, () => {
    heard.push(`early at ${clock.now()}`);
    clock.setTimer(5, () => heard.push(`next at ${clock.now()}`));
  });
  const takeBack = clock.setTimer(12, () => heard.push('never'));
  takeBack();
  clock.advance(30);
  expect(heard).toEqual(['early at 10', 'next at 15', 'late at 20']);
  expect(clock.now()).toBe(30);
});

test('a timer that sets itself without end is found, not waited for', () => {
  const clock = fakeClock();
  const again = () => void clock.setTimer(0, again);
  again();
  expect(() => clock.advance(1)).toThrow('without end');
});
