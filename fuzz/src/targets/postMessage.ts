import { toFrame } from '@trialogue/protocol/host';

import { mutate } from '../mutate.ts';
import { must, mustBeClean, type Target } from '../target.ts';
import { tagsOf, vectors } from './vectors.ts';

interface HostModule {
  openHost(us: unknown): {
    admit(
      origins: readonly string[],
      read: (data: unknown) => unknown,
      hear: (message: { action: string }) => void,
    ): void;
    close(): void;
  };
}
interface ReadHostModule {
  readHost: (data: unknown) => unknown;
}

const own = 'https://im.test';
const allowed = 'https://shop.test';
const origins = [
  allowed,
  own,
  'https://shop.test.evil.test',
  'http://shop.test',
  'https://shop.test:444',
  'null',
  '',
  '*',
];

interface Posted {
  origin: string;
  /** Which of those who may post it; 0: the parent. */
  source: number;
  /** JSON, or a number of what no JSON can be. */
  data: string;
}

/** The frame hears its parent on an allowed origin and nobody else, answers nobody else, and falls over nothing. */
export const postMessage: Target = {
  name: 'post-message',
  title: 'some window says it to the frame',
  times: { small: 5_000, full: 1_000_000 },
  async open(random, reach) {
    // A module of a page: it looks for a window when it is loaded.
    const parent = { postMessage: (_: unknown, target: string) => void answered.push(target) };
    const answered: string[] = [];
    let tellFrame: (event: unknown) => void = () => {};
    const window = {
      parent,
      location: { origin: own, ancestorOrigins: undefined },
      addEventListener: (_: string, listener: typeof tellFrame) => void (tellFrame = listener),
      removeEventListener: () => {},
    };
    Object.assign(globalThis, { window });
    const lib = new URL('../../../apps/web/src/lib/', import.meta.url);
    const { openHost } = (await import(new URL('host.ts', lib).href)) as HostModule;
    const { readHost } = (await import(new URL('readHost.ts', lib).href)) as ReadHostModule;

    /** Values that no JSON can be, and a window can still send. */
    const exotic: readonly unknown[] = [
      undefined,
      new Map([['action', 'x']]),
      new Date(0),
      1n,
      new ArrayBuffer(8),
      Number.NaN,
    ];
    const sources: readonly unknown[] = [parent, null, {}, window, { postMessage: () => {} }];
    const seeds = vectors('toFrame');
    return {
      seeds: [],
      places: [...tagsOf(toFrame).map((action) => `read ${action}`), 'refused', 'refused of a stranger'],
      make: () =>
        JSON.stringify({
          origin: random.chance(0.5) ? allowed : random.pick(origins),
          source: random.chance(0.8) ? 0 : random.between(1, sources.length - 1),
          data: random.chance(0.02)
            ? `exotic ${random.between(0, exotic.length - 1)}`
            : mutate(random.pick(seeds), random, seeds),
        } satisfies Posted),
      take(input) {
        const posted = JSON.parse(input) as Posted;
        const { origin } = posted;
        const source = sources[posted.source];
        const heard: { action: string }[] = [];
        const host = openHost(window);
        host.admit([allowed], readHost, (message) => void heard.push(message));
        answered.length = 0;
        tellFrame({ source, origin, data: dataOf(posted.data) });
        const isOurs = source === parent && (origin === allowed || origin === own);
        must(isOurs || heard.length === 0, `a message of ${origin} was heard`);
        must(isOurs || answered.length === 0, `a message of ${origin} was answered`);
        must(
          answered.every((target) => target === origin),
          `an answer went to ${answered.join()}, not to ${origin}`,
        );
        mustBeClean();
        host.close();
        for (const { action } of heard) reach(`read ${action}`);
        if (heard.length === 0) reach(isOurs ? 'refused' : 'refused of a stranger');
      },
    };

    function dataOf(data: string): unknown {
      if (data.startsWith('exotic ')) return exotic[Number(data.slice(7))];
      try {
        return JSON.parse(data);
      } catch {
        return data;
      }
    }
  },
};
