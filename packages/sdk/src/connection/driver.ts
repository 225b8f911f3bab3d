import type { Step } from '../client/client.ts';
import {
  begin,
  dueAt,
  type ClientConfig,
  type ClientEvent,
  type ClientState,
  type Effect,
  type EffectOf,
} from '../client/state.ts';
import type { Dial, Line } from '../transport/transport.ts';
import { NEVER, type Clock } from './clock.ts';
import type { Wakes } from './wakes.ts';

/** A timer cannot be set for longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How each effect is carried out. None of it may throw. */
type Carries = { [Do in Effect['do']]: (effect: EffectOf<Do>) => void };

export interface DriverPorts {
  step: Step;
  dial: Dial;
  clock: Clock;
  wakes: Wakes;
  /** Carries out what is not done here. */
  carries: Omit<Carries, 'dial' | 'hangUp' | 'transmit' | 'askToken'>;
  getToken?: (() => string | Promise<string>) | undefined;
}

export interface Driver {
  readonly state: ClientState;
  dispatch(event: ClientEvent): void;
  /** Hangs up and goes silent for good, apart from what this itself makes known. */
  dispose(): void;
}

/** Carries out what the pure client wants: sockets, timers, promises, handlers. */
export function drive(config: ClientConfig, { step, dial, clock, wakes, carries, getToken }: DriverPorts): Driver {
  let state = begin(config);
  let line: Line | undefined;
  let clearTimer = () => {};
  let isCarrying = false;
  let isOver = false;
  const effects: Effect[] = [];

  function dispatch(event: ClientEvent): void {
    // What comes back too late is for whoever is driven next, and asks for itself.
    if (isOver) return;
    const [after, ...wanted] = step(state, event, clock.now());
    state = after;
    effects.push(...wanted);
    // A handler that calls back is answered by the new state at once; its effects come after those before it.
    if (isCarrying) return;
    isCarrying = true;
    try {
      for (let effect = effects.shift(); effect; effect = effects.shift()) {
        (all[effect.do] as (effect: Effect) => void)(effect);
      }
    } finally {
      isCarrying = false;
      setTimer();
    }
  }

  const all: Carries = {
    ...carries,
    dial({ line: number, url }) {
      line = dial(url, {
        opened: () => dispatch({ type: 'opened', line: number }),
        heard: (data) => dispatch({ type: 'heard', line: number, data }),
        lost: (code, reason) => dispatch({ type: 'lost', line: number, code, reason }),
      });
    },
    hangUp: () => line?.hangUp(),
    transmit: ({ frame }) => line?.transmit(JSON.stringify(frame)),
    askToken: () => void askToken(),
  };

  async function askToken(): Promise<void> {
    let token: unknown;
    try {
      token = await getToken?.();
    } catch {
      // Then there is none.
    }
    dispatch(token && typeof token === 'string' ? { type: 'token', token } : { type: 'noToken' });
  }

  function setTimer(): void {
    clearTimer();
    const due = dueAt(state);
    if (due === NEVER) return;
    const delayMs = Math.max(0, Math.ceil(due - clock.now()));
    clearTimer = clock.setTimer(Math.min(delayMs, LONGEST_TIMER_MS), () => dispatch({ type: 'due' }));
  }

  const stopWakes = wakes(() => dispatch({ type: 'woke' }));
  return {
    get state() {
      return state;
    },
    dispatch,
    dispose() {
      stopWakes();
      dispatch({ type: 'stop' });
      isOver = true;
    },
  };
}
