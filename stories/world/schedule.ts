import type { Instant } from '@trialogue/protocol';

/** Wall time at which every world begins; nothing may depend on it. */
export const DAWN: Instant = Date.UTC(2026, 0, 1);

interface Due {
  at: Instant;
  /** Of two things due at once, the one planned first comes first. */
  turn: number;
  what: string;
  run(): void;
  isCancelled: boolean;
}

/** Virtual time: a heap of what is due, and a clock that jumps from one to the next. */
export class Schedule {
  #now = DAWN;
  #turn = 0;
  readonly #heap: Due[] = [];

  readonly now = (): Instant => this.#now;

  /** Runs `run` so many milliseconds from now. `what` is for the trace. Returns how to take it back. */
  after(ms: number, what: string, run: () => void): () => void {
    const due = { at: this.#now + Math.max(0, Math.ceil(ms)), turn: this.#turn++, what, run, isCancelled: false };
    this.#push(due);
    return () => {
      due.isCancelled = true;
    };
  }

  /** Takes what is due next and moves the clock there; up to `until`, where the clock is when there is nothing. */
  take(until: Instant): Pick<Due, 'at' | 'what' | 'run'> | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (!first || first.at > until) {
        this.#now = Math.max(this.#now, until);
        return undefined;
      }
      const last = this.#heap.pop();
      if (last && last !== first) this.#sink(last);
      if (first.isCancelled) continue;
      this.#now = first.at;
      return first;
    }
  }

  #push(due: Due): void {
    const heap = this.#heap;
    let at = heap.length;
    for (;;) {
      const above = (at - 1) >> 1;
      const parent = at > 0 ? heap[above] : undefined;
      if (!parent || isBefore(parent, due)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = due;
  }

  /** Puts `due` at the top and lets it sink to its place. */
  #sink(due: Due): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      const left = heap[below];
      const right = heap[below + 1];
      const child = left && right && isBefore(right, left) ? (below++, right) : left;
      if (!child || isBefore(due, child)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = due;
  }
}

const isBefore = (a: Due, b: Due): boolean => a.at < b.at || (a.at === b.at && a.turn < b.turn);
