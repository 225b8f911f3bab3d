import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  connectionDueAt,
  hasSocket,
  idle,
  next,
  type Around,
  type Connection,
  type ConnectionAction,
  type ConnectionEvent,
} from './connection.ts';

const around: Around = { now: 0, canAsk: false, backoff: { delayMs: (n) => 1_000 * (n + 1), wakeMs: () => 100 } };

/** The path through the states as a sentence, with what was done on the way. */
function play(from: Connection, events: ConnectionEvent[], at: Partial<Around> = {}): string {
  let now = from;
  const path: string[] = [from.stage];
  for (const event of events) {
    const [after, ...actions] = next(now, event, { ...around, ...at });
    if (after !== now) path.push(actions.length > 0 ? `${after.stage} (${actions.join(', ')})` : after.stage);
    now = after;
  }
  return path.join(' → ');
}

const e = (
  type: 'start' | 'opened' | 'hello' | 'bind' | 'rebind' | 'bound' | 'token' | 'noToken' | 'woke' | 'due' | 'stop',
) => ({
  type,
});
const lost = (code = 1006): ConnectionEvent => ({ type: 'lost', code });
const live: Connection = { stage: 'live', attempt: 0, asked: false, since: 0, leaveAt: Infinity };
const binding: Connection = { stage: 'binding', attempt: 0, asked: false, since: 0, leaveAt: Infinity };

describe('the connection', () => {
  test('comes up step by step', () => {
    expect(play(idle, [e('start'), e('opened'), e('hello'), e('bind'), e('bound')])).toBe(
      'idle → dialing (dial) → greeting → connected → binding (bind) → live',
    );
  });

  test('comes back by itself after the network drops', () => {
    expect(play(live, [lost(), e('due'), e('opened'), e('hello')])).toBe(
      'live → waiting → dialing (dial) → greeting → connected',
    );
  });

  test('hangs up on a server that has gone silent', () => {
    expect(play(live, [e('due')])).toBe('live → waiting (hangUp)');
    expect(play({ ...binding, stage: 'greeting' }, [e('due')])).toBe('greeting → waiting (hangUp)');
  });

  test('asks for a new token once; when that is refused too, it waits for the application', () => {
    const asked = play(live, [lost(4401), e('token'), e('opened'), e('hello'), e('bind'), lost(4401)], {
      canAsk: true,
    });
    expect(asked).toBe('live → asking (askToken) → dialing (dial) → greeting → connected → binding (bind) → signedOut');
  });

  test('without anybody to ask it waits for the application at once, and goes on when that has bound', () => {
    expect(play(binding, [lost(4401), lost(), e('due'), e('bind')])).toBe('binding → signedOut → dialing (dial)');
    expect(play(live, [lost(1008)])).toBe('live → signedOut');
    expect(play({ ...binding, stage: 'asking' }, [e('noToken')])).toBe('asking → signedOut');
  });

  test('stays away when told to, until it is started again', () => {
    expect(play(live, [lost(4501), e('due'), e('woke'), e('bind'), e('start')])).toBe('live → shut → dialing (dial)');
    expect(play(live, [lost(4503)])).toBe('live → waiting');
  });

  test('once stopped, it stays stopped', () => {
    expect(play(live, [e('stop'), lost(), e('due'), e('woke'), e('bind')])).toBe('live → idle (hangUp)');
    expect(play(live, [lost(), e('stop'), e('due')])).toBe('live → waiting → idle');
  });

  test('a step that takes too long is given up, though the server goes on talking', () => {
    expect(connectionDueAt(binding, 9_000)).toBe(10_000);
    expect(connectionDueAt(live, 9_000)).toBe(49_000);
  });

  test('somebody else needs another socket', () => {
    expect(play(live, [e('rebind')])).toBe('live → dialing (hangUp, dial)');
  });

  test('leaves a draining server when asked to, and not before', () => {
    const [draining] = next(live, { type: 'drain', inMs: 5_000 }, around);
    expect(connectionDueAt(draining, 0)).toBe(5_000);
    expect(next(draining, e('due'), { ...around, now: 5_000 })).toMatchObject([
      { stage: 'waiting', reason: 'drain' },
      'hangUp',
    ]);
  });

  test('a page that wakes up does not wait any longer', () => {
    const [waiting] = next({ ...live, attempt: 5 }, lost(), around);
    expect(connectionDueAt(waiting, 0)).toBe(6_000);
    const [woken] = next(waiting, e('woke'), around);
    expect(connectionDueAt(woken, 0)).toBe(100);
  });

  test('the pause grows from try to try, and starts over only after 30 s of being connected', () => {
    const pause = (connection: Connection, now: number) => {
      const [after] = next(connection, lost(), { ...around, now });
      return after.stage === 'waiting' ? [after.delayMs, after.attempt] : undefined;
    };
    expect(pause({ ...live, attempt: 3 }, 29_999)).toEqual([4_000, 4]);
    expect(pause({ ...live, attempt: 3 }, 30_000)).toEqual([1_000, 1]);
  });

  test('whatever happens: a socket is dialed only when there is none, and hung up only when there is one', () => {
    const anyEvent: fc.Arbitrary<ConnectionEvent> = fc.oneof(
      fc
        .constantFrom(
          ...([
            'start',
            'opened',
            'hello',
            'bind',
            'rebind',
            'bound',
            'token',
            'noToken',
            'woke',
            'due',
            'stop',
          ] as const),
        )
        .map(e),
      fc.constantFrom(1000, 1006, 1008, 4001, 4401, 4501, 4503).map(lost),
      fc.constantFrom(4401, 4501).map((code): ConnectionEvent => ({ type: 'breakOff', code })),
      fc.nat(5_000).map((inMs): ConnectionEvent => ({ type: 'drain', inMs })),
    );
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 60 }), fc.boolean(), (events, canAsk) => {
        let now = idle;
        let sockets = 0;
        events.forEach((event, at) => {
          const had = hasSocket(now);
          const [after, ...actions] = next(now, event, { ...around, now: at * 5_000, canAsk });
          if (event.type === 'lost' && had) sockets--;
          for (const action of actions)
            sockets += ({ dial: 1, hangUp: -1, bind: 0, askToken: 0 } satisfies Record<ConnectionAction, number>)[
              action
            ];
          expect(sockets).toBe(hasSocket(after) ? 1 : 0);
          now = after;
        });
      }),
    );
  });
});
