import { bo, cy, tea } from '@trialogue/testkit';
import { describe, expect, test } from 'vitest';

import { adasClient } from './fixture.ts';

const typing = (isTyping: boolean, { userId } = bo) => ({ op: 'typing', dlgId: tea, userId, isTyping }) as const;

describe('typing', () => {
  test('is told once in three seconds, however many keys are pressed, and its end once', async () => {
    const at = (await adasClient()).comeUp();
    for (let key = 0; key < 70; key++) {
      at.session.typing(true);
      at.clock.advance(100);
    }
    expect(at.line.all('typing')).toHaveLength(3);
    at.session.typing(false);
    at.session.typing(false);
    expect(at.line.all('typing').at(-1)).toEqual({ op: 'typing', dlgId: tea, isTyping: false });
    expect(at.line.all('typing')).toHaveLength(4);
    at.session.typing(true);
    expect(at.line.all('typing')).toHaveLength(5);
  });

  test('is not kept for later, and said anew on the next connection', async () => {
    const at = (await adasClient()).greet().bind().bound();
    at.session.typing(true);
    at.opened(0);
    expect(at.line.all('typing')).toEqual([]);
    at.session.typing(true);
    at.comeBack(0);
    expect(at.line.all('typing')).toEqual([]);
    at.session.typing(true);
    expect(at.line.all('typing')).toHaveLength(1);
  });

  test('of a member is passed on as it changes, and ends by itself after six seconds without news', async () => {
    const at = (await adasClient()).comeUp();
    at.line.says(typing(true));
    at.clock.advance(3_000);
    at.line.says(typing(true));
    at.line.says(typing(true, cy));
    at.line.says(typing(false, cy));
    at.clock.advance(5_999);
    const of = (isTyping: boolean, { userId } = bo) => ({ dlgId: tea, userId, isTyping });
    expect(at.heard('typing')).toEqual([of(true), of(true, cy), of(false, cy)]);
    at.clock.advance(1);
    expect(at.heard('typing').at(-1)).toEqual(of(false));
    at.line.says(typing(false));
    expect(at.heard('typing')).toHaveLength(4);
  });

  test('ends by itself on a dead connection too', async () => {
    const at = (await adasClient()).comeUp();
    at.line.says(typing(true));
    at.session.close();
    at.clock.advance(6_000);
    expect(at.heard('typing').at(-1)).toMatchObject({ isTyping: false });
  });
});

test('who is here is told when the conversation is opened, and as it changes', async () => {
  const at = (await adasClient()).greet().bind().bound();
  const { id } = at.line.last('open');
  const opened = { op: 'opened', id, dlgId: tea, head: 0, readSeq: 0, minSeq: 1, logEpoch: 'e1' } as const;
  at.line.says({ ...opened, dlgKey: 'none', online: [bo.userId] });
  at.line.says({ op: 'presence', dlgId: tea, userId: bo.userId, isOnline: false });
  expect(at.heard('opened')).toMatchObject([{ online: [bo.userId] }]);
  expect(at.heard('presence')).toEqual([{ dlgId: tea, userId: bo.userId, isOnline: false }]);
});
