import { expect, test } from 'vitest';

import { shownName } from './kind.ts';

// A form is cleaned by its parser already; a file that comes in pieces brings its name as JSON.
test.for<[string | undefined, string]>([
  ['tea.txt', 'tea.txt'],
  ['龙井 🍵.txt', '龙井 🍵.txt'],
  ['../../etc/passwd', 'passwd'],
  ['..\\..\\windows\\system.ini', 'system.ini'],
  ['/etc/passwd', 'passwd'],
  ['C:\\tea.txt', 'tea.txt'],
  ['tea\u202Etxt.exe', 'teatxt.exe'],
  ['te\u0000a\r\n.txt', 'tea.txt'],
  ['\u200B\u2060', 'file'],
  ['tea/', 'file'],
  ['', 'file'],
  [undefined, 'file'],
  ['x'.repeat(400), 'x'.repeat(255)],
])('a file called %j is shown as %j (T20)', ([given, shown]) => {
  expect(shownName(given)).toBe(shown);
});
