import { KEY_BYTES, printKeyring } from '@trialogue/crypto';
import { Im } from '@trialogue/sdk';

import { mutate } from '../mutate.ts';
import { must, mustBeClean, type Target } from '../target.ts';
import { vectors } from './vectors.ts';

/** A socket whose other end is us. */
class OurEnd {
  static all: OurEnd[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: (() => void) | null = null;
  readyState = 1;
  constructor() {
    OurEnd.all.push(this);
  }
  send(): void {}
  close(): void {
    this.readyState = 3;
  }
}

const dlgKey = printKeyring(new Map([[1, new Uint8Array(KEY_BYTES).fill(7)]]));
const hello = '{"op":"hello","versions":[1],"pingMs":25000,"maxFrame":65536,"serverTime":1}';
const bound = '{"op":"bound","userId":"ada","sessionId":"s","expiresAt":9999999999999}';
/** Frames to one connection, before the next one. */
const FRAMES = 20;

/** A hostile server: nothing that it says throws in the page, and the next connection comes up. */
export const sdk: Target = {
  name: 'sdk',
  title: 'a hostile server says it to the SDK',
  times: { small: 2_000, full: 1_000_000 },
  async open(random) {
    const seeds = vectors('serverFrames');
    const uncaught: unknown[] = [];
    const note = (error: unknown) => void uncaught.push(error);
    process.on('unhandledRejection', note);
    const start = async () => {
      OurEnd.all = [];
      const im = new Im({ WebSocket: OurEnd });
      im.on('connect', () => im.socket.bindUser({ token: 't', uid: 'ada' }));
      im.getInstance({ wsAddr: 'wss://im.test/ws', dlgId: 'tea', dlgKey, user: { fromuid: 'ada' } });
      // It looks first for what an earlier page could not send.
      for (let turn = 0; turn < 100 && OurEnd.all.length === 0; turn++)
        await new Promise((resolve) => setImmediate(resolve));
      return im;
    };
    return {
      seeds,
      counts: () => FRAMES,
      make: () =>
        JSON.stringify([
          ...(random.chance(0.8) ? [hello, bound] : []),
          ...Array.from({ length: FRAMES }, () => mutate(random.pick(seeds), random, seeds)),
        ]),
      async take(input) {
        const im = await start();
        const end = OurEnd.all[0];
        must(end !== undefined, 'it does not dial');
        end.onopen?.();
        for (const data of JSON.parse(input) as string[]) end.onmessage?.({ data });
        end.onmessage?.({ data: new ArrayBuffer(3) });
        await new Promise((resolve) => setImmediate(resolve));
        im.socket.close();
        const again = await start();
        OurEnd.all[0]?.onopen?.();
        for (const data of [hello, bound]) OurEnd.all[0]?.onmessage?.({ data });
        must(again.socket.getState(), 'the next connection does not come up');
        again.socket.close();
        must(uncaught.length === 0, `a promise that nobody waited for failed: ${String(uncaught[0])}`);
        mustBeClean();
      },
      async close() {
        process.off('unhandledRejection', note);
      },
    };
  },
};
