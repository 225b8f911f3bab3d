import { must, mustBeClean, type Target } from '../target.ts';
import { vectors } from './vectors.ts';

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

/** The frame hears its parent on an allowed origin and nobody else, answers nobody else, and falls over nothing. */
export const postMessage: Target = {
  name: 'post-message',
  title: 'some window says it to the frame',
  times: { small: 5_000, full: 1_000_000 },
  async open(random) {
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
    const strangers: readonly unknown[] = [null, {}, window, { postMessage: () => {} }];
    return {
      seeds: vectors('toFrame'),
      take(input) {
        answered.length = 0;
        const heard: { action: string }[] = [];
        const host = openHost(window);
        host.admit([allowed], readHost, (message) => void heard.push(message));
        const origin = random.pick(origins);
        const source = random.chance(0.8) ? parent : random.pick(strangers);
        let data: unknown;
        try {
          data = JSON.parse(input);
        } catch {
          data = random.chance(0.5) ? input : random.pick(exotic);
        }
        answered.length = 0;
        tellFrame({ source, origin, data });
        const isOurs = source === parent && (origin === allowed || origin === own);
        must(isOurs || heard.length === 0, `a message of ${origin} was heard`);
        must(isOurs || answered.length === 0, `a message of ${origin} was answered`);
        must(
          answered.every((target) => target === origin),
          `an answer went to ${answered.join()}, not to ${origin}`,
        );
        mustBeClean();
        host.close();
      },
    };
  },
};
