import { KEY_BYTES, printKeyring, seal } from '@trialogue/crypto';
import { Im, type ImEventName } from '@trialogue/sdk';

import { mutate, mutateValue } from '../mutate.ts';
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
  /** What the client asked for and nobody has answered yet. */
  readonly asked: { op: string; id: number }[] = [];
  send(frame: string): void {
    this.asked.push(JSON.parse(frame) as { op: string; id: number });
  }
  close(): void {
    this.readyState = 3;
  }
}

const dlgKey = printKeyring(new Map([[1, new Uint8Array(KEY_BYTES).fill(7)]]));
const hello = '{"op":"hello","versions":[1],"pingMs":25000,"maxFrame":65536,"serverTime":1}';
const bound = '{"op":"bound","userId":"ada","sessionId":"s","expiresAt":9999999999999}';
/** Frames to one connection, before the next one. */
const FRAMES = 20;

/** What an honest server answers, as far as the hostile one below wants to be believed. */
const answers: Record<string, (id: number, isLost: boolean) => unknown> = {
  open: (id, isLost) => ({ op: 'opened', id, dlgKey, readSeq: 0, online: [], ...stand(isLost) }),
  history: (id, isLost) => ({
    op: 'page',
    id,
    list: [],
    hasMore: false,
    ...(isLost && { reset: true }),
    ...stand(isLost),
  }),
};
/** Where the log stands; of one that was lost, or has been cut. */
const stand = (isLost: boolean) => ({
  dlgId: 'tea',
  ...(isLost ? { head: 40, minSeq: 41, logEpoch: 'e8Q' } : { head: 0, minSeq: 1, logEpoch: 'e7Q' }),
});
const laterKey = printKeyring(new Map([1, 2].map((epoch) => [epoch, new Uint8Array(KEY_BYTES).fill(epoch)])));
const events: readonly ImEventName[] = [
  ...(['connect', 'bound', 'opened', 'reset', 'message', 'receipt', 'typing', 'presence'] as const),
  ...(['head', 'key', 'left', 'error'] as const),
];

interface Said {
  /** It greets, lets the user in and answers what is asked, before it says the frames. */
  isBelieved: boolean;
  /** Of its answers, those from this one on are of another log. */
  lostFrom: number;
  frames: string[];
}

/** A hostile server: nothing that it says throws in the page, and the next connection comes up. */
export const sdk: Target = {
  name: 'sdk',
  title: 'a hostile server says it to the SDK',
  times: { small: 2_000, full: 1_000_000 },
  async open(random, reach) {
    const seeds = [...vectors('serverFrames'), JSON.stringify({ op: 'key', dlgId: 'tea', dlgKey: laterKey })];
    const payloads = vectors('payloads');
    const uncaught: unknown[] = [];
    const note = (error: unknown) => void uncaught.push(error);
    process.on('unhandledRejection', note);
    const start = async (listen: (im: Im) => void = () => {}) => {
      OurEnd.all = [];
      const im = new Im({ WebSocket: OurEnd });
      im.on('connect', () => im.socket.bindUser({ token: 't', uid: 'ada' }));
      listen(im);
      im.getInstance({ wsAddr: 'wss://im.test/ws', dlgId: 'tea', dlgKey, user: { fromuid: 'ada' } });
      // It looks first for what an earlier page could not send.
      for (let turn = 0; turn < 100 && OurEnd.all.length === 0; turn++)
        await new Promise((resolve) => setImmediate(resolve));
      return im;
    };
    const listenTo = (im: Im) => {
      for (const name of events) im.on(name, () => reach(`read ${name}`));
      im.on('message', ({ payload }) => reach(`read message of type ${payload?.type ?? 'none'}`));
      im.on('close', ({ code }) => reach(`refused with ${code}`));
    };
    /** The next message of the log, sealed by a member who has the key and odd ideas. */
    const odd = (seq: number): string => {
      const to = { dlgId: 'tea', dlgKey, fromuid: random.pick(['ada', 'bo', '$system']), clientMsgId: `m${seq}` };
      const content = seal(mutate(random.pick(payloads), random, payloads).slice(0, 8_000), to);
      const frame = { op: 'message', seq, msgId: `m${seq}`, content, sentAt: 1, dlgId: 'tea' };
      const message = { ...frame, fromuid: to.fromuid, clientMsgId: to.clientMsgId };
      return JSON.stringify(random.chance(0.2) ? mutateValue(message, random) : message);
    };
    return {
      seeds,
      places: [...events.map((name) => `read ${name}`), 'read message of type text', 'read message of type unknown'],
      counts: () => FRAMES,
      make() {
        let seq = 0;
        const frame = () => {
          if (random.chance(0.3)) return odd(random.chance(0.9) ? ++seq : random.between(0, 30));
          return random.chance(0.15) ? random.pick(seeds) : mutate(random.pick(seeds), random, seeds);
        };
        const frames = Array.from({ length: FRAMES }, frame);
        return JSON.stringify({
          isBelieved: random.chance(0.8),
          lostFrom: random.between(0, 5),
          frames,
        } satisfies Said);
      },
      async take(input) {
        const { isBelieved, lostFrom, frames } = JSON.parse(input) as Said;
        let answered = 0;
        const im = await start(listenTo);
        const end = OurEnd.all[0];
        must(end !== undefined, 'it does not dial');
        end.onopen?.();
        if (isBelieved) for (const data of [hello, bound]) end.onmessage?.({ data });
        for (const data of frames) {
          for (const { op, id } of isBelieved ? end.asked.splice(0) : []) {
            const answer = answers[op]?.(id, answered++ >= lostFrom);
            if (answer !== undefined) end.onmessage?.({ data: JSON.stringify(answer) });
          }
          end.onmessage?.({ data });
        }
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
