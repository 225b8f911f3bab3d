import { due, ofLine, stop, type Step } from '../client/client.ts';
import { hear } from '../client/hear.ts';
import { move, tokenGiven } from '../client/link.ts';
import { begin, dueAt, type ClientConfig, type ClientState, type Outside } from '../client/state.ts';
import type { Effect, Happening } from '../client/turn.ts';
import type { Dial, Line } from '../transport/transport.ts';
import { NEVER, type Clock } from './clock.ts';
import type { Wakes } from './wakes.ts';

/** A timer cannot be set for longer. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface DriverPorts {
  step: Step;
  dial: Dial;
  clock: Clock;
  wakes: Wakes;
  /** What is not done here. */
  outside: Omit<Outside, 'dial' | 'hangUp' | 'transmit' | 'askToken'>;
  getToken?: (() => string | Promise<string>) | undefined;
}

export interface Driver {
  readonly state: ClientState;
  dispatch(happening: Happening): void;
  /** Hangs up and goes silent for good, apart from what this itself makes known. */
  dispose(): void;
}

/** Carries out what the pure client wants: sockets, timers, promises, handlers. */
export function drive(config: ClientConfig, { step, dial, clock, wakes, outside, getToken }: DriverPorts): Driver {
  let state = begin(config);
  let line: Line | undefined;
  let clearTimer = () => {};
  let isCarrying = false;
  let isOver = false;
  const effects: Effect[] = [];

  function dispatch(happening: Happening): void {
    // What comes back too late is for whoever is driven next, and asks for itself.
    if (isOver) return;
    const turn = step(state, happening, clock.now());
    state = turn;
    effects.push(...turn.effects);
    // A handler that calls back is answered by the new state at once; its effects come after those before it.
    if (isCarrying) return;
    isCarrying = true;
    try {
      for (let effect = effects.shift(); effect; effect = effects.shift()) effect(all);
    } finally {
      isCarrying = false;
      setTimer();
    }
  }

  const all: Outside = {
    ...outside,
    dial(number, url) {
      const ofThis = (happening: Happening) => dispatch(ofLine(number, happening));
      line = dial(url, {
        opened: () => ofThis((turn) => move(turn, { type: 'opened' })),
        heard: (data) => ofThis((turn) => hear(turn, data)),
        lost: (code, reason) => ofThis((turn) => move(turn, { type: 'lost', code, reason })),
      });
    },
    hangUp: () => line?.hangUp(),
    transmit: (frame) => line?.transmit(JSON.stringify(frame)),
    askToken: () => void askToken(),
  };

  async function askToken(): Promise<void> {
    let token: unknown;
    try {
      token = await getToken?.();
    } catch {
      // Then there is none.
    }
    dispatch((turn) => tokenGiven(turn, token));
  }

  function setTimer(): void {
    clearTimer();
    const nextAt = dueAt(state);
    if (nextAt === NEVER) return;
    const delayMs = Math.max(0, Math.ceil(nextAt - clock.now()));
    clearTimer = clock.setTimer(Math.min(delayMs, LONGEST_TIMER_MS), () => dispatch(due));
  }

  const stopWakes = wakes(() => dispatch((turn) => move(turn, { type: 'woke' })));
  return {
    get state() {
      return state;
    },
    dispatch,
    dispose() {
      stopWakes();
      dispatch(stop);
      isOver = true;
    },
  };
}
