import { expect, test } from 'vitest';

import { createLogger, type LogFields } from './log.ts';

const lines: string[] = [];
const logger = () => {
  lines.length = 0;
  return createLogger('debug', { write: (line) => void lines.push(line) });
};
const first = () => JSON.parse(lines[0] ?? '{}') as Record<string, unknown>;

test('a line says what happened and to which ids', () => {
  logger().info('socket: bound', { userId: 'ada', seq: 3 });
  expect(first()).toMatchObject({ msg: 'socket: bound', userId: 'ada', seq: 3 });
});

test('a careless caller cannot write a token, a body or a header', () => {
  const careless = { token: 'CANARY', body: { text: 'CANARY' }, headers: { authorization: 'CANARY' }, userId: 'ada' };
  logger().warn('oops', careless);
  expect(lines.join('')).not.toContain('CANARY');
  expect(first()).toMatchObject({ userId: 'ada' });
});

test('an id that is an object is not followed', () => {
  logger().warn('oops', { userId: { secret: 'CANARY' } } as unknown as LogFields);
  expect(lines.join('')).not.toContain('CANARY');
});

test('an error is told by name and place; what was parsed is not quoted', () => {
  let caught: unknown;
  try {
    JSON.parse('CANARY');
  } catch (error) {
    caught = error;
  }
  logger().error('failed', { error: caught });
  expect(lines.join('')).not.toContain('CANARY');
  expect(first()['error']).toMatchObject({ name: 'SyntaxError' });
});

test('a line cannot be forged with a line break', () => {
  logger().info('x', { userId: 'ada"}\n{"level":30,"msg":"forged"' });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).not.toContain('\n');
});
