import { id, type ClientMsgId, type MsgId } from '@trialogue/protocol';
import { ada, tea } from '@trialogue/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import {
  caughtUp,
  entered,
  entering,
  goalOf,
  hear,
  hold,
  resume,
  retry,
  type Follow,
  type Live,
  type Moved,
} from './follow.ts';

const message = (seq: number): Live => ({
  op: 'message',
  dlgId: tea,
  seq,
  msgId: id<MsgId>(`m${seq}`),
  clientMsgId: id<ClientMsgId>(`c${seq}`),
  fromuid: ada.userId,
  content: 'IM1.x',
  sentAt: seq,
});

/**
 * One thing that happens, chosen by the property: the log grows, the bus brings something old or new, the head is
 * looked at, a read comes back, time passes.
 */
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ what: 'append' as const }) },
  { weight: 6, arbitrary: fc.record({ what: fc.constant('notice' as const), back: fc.nat({ max: 5 }) }) },
  { weight: 1, arbitrary: fc.constant({ what: 'enter' as const }) },
  { weight: 3, arbitrary: fc.record({ what: fc.constant('read' as const), most: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 2, arbitrary: fc.constant({ what: 'wait' as const }) },
  { weight: 1, arbitrary: fc.constant({ what: 'lag' as const }) },
  { weight: 1, arbitrary: fc.constant({ what: 'readOn' as const }) },
);

test('whatever the bus loses, doubles or turns round, what goes out is contiguous and in the end complete (I9, I35)', () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 80 }), fc.nat({ max: 3 }), (story, before) => {
      let head = before;
      let headRead: number | undefined;
      let now = 0;
      let follow: Follow = entering([1]);
      let reading: number | undefined;
      let isLagging = false;
      const out: number[] = [];
      const move = (moved: Moved) => {
        follow = moved.follow;
        out.push(...moved.forward.map(({ seq }) => seq));
        if (isLagging) expect(moved.forward).toEqual([]);
        if (moved.readAfter !== undefined) reading = moved.readAfter;
      };
      const enter = (seen: number) => {
        if (headRead !== undefined) return;
        headRead = seen;
        const moved = entered(follow, seen, now);
        move(isLagging ? { ...moved, follow: hold(moved.follow, 0) } : moved);
      };
      const read = (most: number) => {
        if (reading === undefined) return;
        const after = reading;
        reading = undefined;
        const count = Math.min(most, head - after);
        move(
          caughtUp(
            follow,
            Array.from({ length: count }, (_, at) => message(after + at + 1)),
            now,
          ),
        );
      };

      const notice = (seq: number) => {
        if (isLagging) follow = hold(follow, seq);
        else move(hear(follow, message(seq), now));
      };
      const lag = () => {
        isLagging = true;
        follow = hold(follow, 0);
      };
      const readOn = () => {
        isLagging = false;
        move(resume(follow, now));
      };

      for (const it of story) {
        now += 10;
        if (it.what === 'append') head++;
        else if (it.what === 'notice' && head - it.back > before) notice(head - it.back);
        else if (it.what === 'lag') lag();
        else if (it.what === 'readOn') readOn();
        else if (it.what === 'enter') enter(head);
        else if (it.what === 'read') read(it.most);
        else if (it.what === 'wait') move(retry(follow, (now += 300)));
      }

      enter(head);
      readOn();
      head++;
      notice(head);
      const isReading = () => follow.name === 'reading';
      for (let turns = 0; isReading() && turns < 200; turns++) {
        read(50);
        move(retry(follow, (now += 300)));
      }

      const from = headRead ?? 0;
      expect(out).toEqual(Array.from({ length: head - from }, (_, at) => from + at + 1));
      expect(follow).toMatchObject({ name: 'live', cursor: head });
      expect(goalOf(follow)).toBe(head);
    }),
    { numRuns: 1_000 },
  );
});
