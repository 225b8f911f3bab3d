/** How a limit is looked for: how far apart two rates may be that are told apart, and how the first ones are found. */
export interface Search {
  start: number;
  most: number;
  /** From one first rate to the next. */
  factor: number;
  /** The limit is known when what passes and what fails are no further apart. */
  precision: number;
}

interface Verdict {
  passed: boolean;
}

export interface Found<Step> {
  /** The highest rate that also held for longer. */
  rate: number;
  held: Step;
  tried: { rate: number; passed: boolean }[];
}

const HOLDS = 8;
const DOWN = 0.92;

/**
 * The highest rate that passes: up in strides until one fails, then halving what lies between, then held for longer,
 * a little lower each time it does not hold.
 *
 * @throws {Error} when no rate passes
 */
export async function findLimit<Step extends Verdict>(
  { start, most, factor, precision }: Search,
  attempt: (rate: number, kind: 'probe' | 'step' | 'hold') => Promise<Step>,
): Promise<Found<Step>> {
  const tried: Found<Step>['tried'] = [];
  const passes = async (rate: number, kind: 'probe' | 'step') => {
    // Once may be the machine's hiccup.
    const passed = (await attempt(rate, kind)).passed || (await attempt(rate, kind)).passed;
    tried.push({ rate, passed });
    return passed;
  };

  let low = 0;
  let high = start;
  while (await passes(high, 'probe')) {
    low = high;
    if (low >= most) break;
    high = Math.min(most, high * factor);
  }
  // A first probe may be unlucky, or the side slower than thought.
  for (let rate = start / factor; low === 0 && rate > start / factor ** 3; rate /= factor) {
    if (await passes(rate, 'probe')) low = rate;
    else high = rate;
  }
  if (low === 0) throw new Error(`not even ${high.toFixed(1)} messages a second arrive in time`);

  while (low < most && high / low > precision) {
    const middle = Math.sqrt(low * high);
    if (await passes(middle, 'step')) low = middle;
    else high = middle;
  }
  for (let holds = 0; holds < HOLDS; holds++, low *= DOWN) {
    const held = await attempt(low, 'hold');
    tried.push({ rate: low, passed: held.passed });
    if (held.passed) return { rate: low, held, tried };
  }
  throw new Error(`${low.toFixed(0)} messages a second did not hold, though they did for a moment`);
}
