import type { Step } from '../client/client.ts';
import {
  begin,
  dueAt,
  type Answer,
  type ClientConfig,
  type ClientEvent,
  type ClientState,
  type Effect,
} from '../client/state.ts';
import type { Told } from '../events.ts';
import type { keeping } from '../outbox/keeping.ts';
import type { Dial, Line } from '../transport/transport.ts';
import type { Clock } from './clock.ts';
import type { Wakes } from './wakes.ts';

/** A timer cannot be set for longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface DriverPorts {
  step: Step;
  dial: Dial;
  clock: Clock;
  wakes: Wakes;
  /** Gets everything the application is to hear. Must not throw. */
  tell: (told: Told) => void;
  settle: (key: string, answer: Answer) => void;
  /** Carries the outbox out of the page. Must not throw. */
  outbox: Pick<ReturnType<typeof keeping>, 'restore' | 'keep' | 'forget' | 'share'>;
  getToken?: (() => string | Promise<string>) | undefined;
}

export interface Driver {
  readonly state: ClientState;
  dispatch(event: ClientEvent): void;
  /** Hangs up and goes silent for good, apart from what this itself makes known. */
  dispose(): void;
}

/** Carries out what the pure client wants: sockets, timers, promises, handlers. */
export function drive(config: ClientConfig, at: DriverPorts): Driver {
  let state = begin(config);
  let line: Line | undefined;
  let clearTimer = () => {};
  let isCarrying = false;
  const effects: Effect[] = [];

  function dispatch(event: ClientEvent): void {
    const [after, ...wanted] = at.step(state, event, at.clock.now());
    state = after;
    effects.push(...wanted);
    // A handler that calls back is answered by the new state at once; its effects come after those before it.
    if (isCarrying) return;
    isCarrying = true;
    try {
      for (let effect = effects.shift(); effect; effect = effects.shift()) carry(effect);
    } finally {
      isCarrying = false;
      setTimer();
    }
  }

  function carry(effect: Effect): void {
    switch (effect.do) {
      case 'dial': {
        const { line: number } = effect;
        line = at.dial(effect.url, {
          opened: () => dispatch({ type: 'opened', line: number }),
          heard: (data) => dispatch({ type: 'heard', line: number, data }),
          lost: (code, reason) => dispatch({ type: 'lost', line: number, code, reason }),
        });
        return;
      }
      case 'hangUp':
        return line?.hangUp();
      case 'transmit':
        return line?.transmit(JSON.stringify(effect.frame));
      case 'tell':
        return at.tell(effect.told);
      case 'settle':
        return at.settle(effect.key, effect.answer);
      case 'askToken':
        return void askToken();
      case 'restore':
        return at.outbox.restore(effect.uid, effect.isFirst);
      case 'keep':
        return at.outbox.keep(effect.entry);
      case 'forget':
        return at.outbox.forget(effect.name);
      case 'share':
        return at.outbox.share(effect.news);
    }
  }

  async function askToken(): Promise<void> {
    try {
      const token = await at.getToken?.();
      dispatch(typeof token === 'string' && token !== '' ? { type: 'token', token } : { type: 'noToken' });
    } catch {
      dispatch({ type: 'noToken' });
    }
  }

  function setTimer(): void {
    clearTimer();
    const due = dueAt(state);
    if (due === undefined) return;
    const delayMs = Math.max(0, Math.ceil(due - at.clock.now()));
    clearTimer = at.clock.setTimer(Math.min(delayMs, LONGEST_TIMER_MS), () => dispatch({ type: 'due' }));
  }

  const stopWakes = at.wakes(() => dispatch({ type: 'woke' }));
  return {
    get state() {
      return state;
    },
    dispatch,
    dispose() {
      stopWakes();
      dispatch({ type: 'stop' });
    },
  };
}
