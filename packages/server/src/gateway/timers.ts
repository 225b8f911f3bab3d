/** Time and chance, which only whoever runs the gateway knows: a machine, a test, a simulated world. */
export interface Timers {
  /** Milliseconds of a clock that never jumps. */
  now(): number;
  /** Calls `run` once, in so many milliseconds. Returns how to take that back. */
  after(ms: number, run: () => void): () => void;
  /** Calls `run` once, when what has come in by now is worked on. Returns how to take that back. */
  endOfTurn(run: () => void): () => void;
  /** 0 up to 1. */
  chance(): number;
}

const LONGEST_MS = 2 ** 31 - 1;

/** Of this machine. None of them keeps the process alive. */
export const machineTimers: Timers = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(LONGEST_MS, Math.max(0, Math.ceil(ms)))).unref();
    return () => clearTimeout(timer);
  },
  endOfTurn(run) {
    const turn = setImmediate(run);
    return () => clearImmediate(turn);
  },
  chance: () => Math.random(),
};

/**
 * Does something again and again, with pauses that are up to a fifth shorter or longer, so that nodes do not do it all at
 * once. Returns how to stop.
 */
export function everySoOften(timers: Timers, ms: number, act: () => Promise<void> | void): () => void {
  let isStopped = false;
  let cancel = () => {};
  const later = () => {
    if (isStopped) return;
    cancel = timers.after(ms * (0.8 + 0.4 * timers.chance()), () => void Promise.resolve(act()).finally(later));
  };
  later();
  return () => {
    isStopped = true;
    cancel();
  };
}
