import { describe, expect, test } from 'vitest';

import { fullJitter, noJitter, weather, type Storm } from './storm.ts';
import { plotted } from './svg.ts';

const storm: Storm = {
  clients: 100_000,
  letInPerSecond: 5_000,
  readsEach: 4,
  readsPerSecond: 10_000,
  waitMs: fullJitter,
};
const end = (course: ReturnType<typeof weather>) => course.steps.at(-1)?.back ?? 0;

describe('a storm', () => {
  test('loses nobody and makes nobody twice', () => {
    const course = weather(storm);
    expect(end(course)).toBeCloseTo(storm.clients, 0);
    course.steps.reduce((last, { back }) => {
      expect(back).toBeGreaterThanOrEqual(last);
      return back;
    }, 0);
  });

  test('is over no sooner than the door allows, and with jitter not much later', () => {
    const { allButOneOfHundredMs = Infinity } = weather(storm);
    const least = ((storm.clients * 0.99 - storm.letInPerSecond) / storm.letInPerSecond) * 1000;
    expect(allButOneOfHundredMs).toBeGreaterThanOrEqual(least);
    expect(allButOneOfHundredMs).toBeLessThan(least * 3);
  });

  test('without jitter takes far longer: all come at once, and the door is idle in between', () => {
    const [with_, without] = [fullJitter, noJitter].map((waitMs) => weather({ ...storm, waitMs }));
    expect(without?.allButOneOfHundredMs ?? Infinity).toBeGreaterThan(5 * (with_?.allButOneOfHundredMs ?? 0));
    expect(without?.worstSecond).toBeCloseTo(storm.clients, -3);
  });

  test('leaves PostgreSQL behind when the door lets in more than it can answer, and not when it does not', () => {
    expect(weather(storm).worstQueueSeconds).toBeGreaterThan(5);
    const fitting = storm.readsPerSecond / storm.readsEach;
    expect(weather({ ...storm, letInPerSecond: fitting }).worstQueueSeconds).toBeLessThan(1.1);
  });

  test('nobody is back while the servers are away', () => {
    const course = weather({ ...storm, awayMs: 60_000 });
    expect(course.steps.find(({ back }) => back > 0)?.atMs).toBeGreaterThan(60_000);
    expect(end(course)).toBeCloseTo(storm.clients, 0);
  });

  test('the waits are those of the SDK: a bound that doubles from half a second to thirty', () => {
    expect([0, 1, 5, 6, 9].map((attempt) => fullJitter(attempt)[1])).toEqual([500, 1_000, 16_000, 30_000, 30_000]);
    expect(fullJitter(4)[0]).toBe(0);
  });
});

test('a plot draws each line once, inside of its box, with words that cannot become markup', () => {
  const plot = plotted({
    title: 'a < b',
    x: { title: 'x', text: String },
    y: { title: 'y', isLog: true, text: String },
    lines: [
      {
        name: 'one & only',
        points: [
          [0, 1],
          [10, 1000],
        ],
      },
      {
        name: 'other',
        points: [
          [0, 5],
          [10, 5],
        ],
      },
    ],
    limit: { y: 100, name: 'too much' },
  });
  expect(plot).toContain('a &lt; b');
  expect(plot).toContain('one &amp; only');
  expect(plot.match(/stroke-width="2.5" stroke-dasharray="[^"]*"\/>/g)).toHaveLength(4);
  const numbers = [...plot.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]);
  for (const [x = -1, y = -1] of numbers) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThanOrEqual(930);
    expect(y).toBeGreaterThanOrEqual(40);
    expect(y).toBeLessThanOrEqual(420);
  }
  expect(plot).not.toContain('NaN');
});
