import { running } from './process.ts';
import type { Rng } from './rng.ts';
import type { Schedule } from './schedule.ts';

interface Timer {
  cancel(): void;
  unref(): Timer;
}

/**
 * Puts the clocks and timers of the whole process under virtual time, and its dice under the seed, for the parts of
 * the server that have no port for them. A timer belongs to the simulated process that set it. Returns how to go back
 * to the real ones.
 */
export function takeOver(schedule: Schedule, rng: Rng): () => void {
  const real = {
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    setInterval: globalThis.setInterval,
    clearInterval: globalThis.clearInterval,
    setImmediate: globalThis.setImmediate,
    clearImmediate: globalThis.clearImmediate,
  };
  const realNow = Date.now;
  const realRandom = Math.random;

  const start = (what: string, run: () => void, ms: number, isRepeated: boolean): Timer => {
    const owner = running.process ?? schedule;
    const ring = () => {
      if (isRepeated) timer.cancel = owner.after(Math.max(1, ms), what, ring);
      run();
    };
    const timer: Timer = { cancel: owner.after(ms, what, ring), unref: () => timer };
    return timer;
  };
  const clear = (timer: Timer | undefined) => timer?.cancel();
  const virtual = {
    setTimeout: (run: () => void, ms = 0) => start('timer', run, ms, false),
    clearTimeout: clear,
    setInterval: (run: () => void, ms = 0) => start('interval', run, ms, true),
    clearInterval: clear,
    setImmediate: (run: () => void) => start('end of turn', run, 0, false),
    clearImmediate: clear,
  };

  Object.assign(globalThis, virtual);
  Date.now = () => (running.process ?? schedule).now();
  Math.random = rng.next;
  Object.defineProperty(performance, 'now', { value: schedule.now, configurable: true, writable: true });
  return () => {
    Object.assign(globalThis, real);
    Date.now = realNow;
    Math.random = realRandom;
    Reflect.deleteProperty(performance, 'now');
  };
}
