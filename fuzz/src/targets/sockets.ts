import { once } from 'node:events';

import { SUBPROTOCOL } from '@trialogue/protocol';
import { ada } from '@trialogue/testkit';
import { WebSocket } from 'ws';

import { mutate } from '../mutate.ts';
import { openShop } from '../shop.ts';
import type { Target } from '../target.ts';
import { vectors } from './vectors.ts';

/** Frames of one socket, which may be closed long before. */
const FRAMES = 50;
/** How often the neighbours are asked whether they are all right. */
const NEIGHBOURS_EVERY = 20;

interface Said {
  isBound: boolean;
  frames: string[];
}

/** Hostile frames to a whole server: it stays, answers the others, and meets no bug of its own. */
export const sockets: Target = {
  name: 'sockets',
  title: 'a hostile client says it to a server, over the network',
  times: { small: 1_500, full: 1_000_000 },
  async open(random) {
    const shop = await openShop();
    const token = await shop.tokenOf(ada.userId);
    const seeds = vectors('clientFrames').map((frame) =>
      frame.replaceAll(/"dlgId":"[^"]*"/g, `"dlgId":"${shop.groupId}"`),
    );
    let opened = 0;
    return {
      seeds,
      counts: () => FRAMES,
      make: () =>
        JSON.stringify({
          isBound: random.chance(0.8),
          // Those that are nearly good are heard; the first that is none at all ends the socket.
          frames: Array.from({ length: FRAMES }, () => {
            const seed = random.pick(seeds);
            return random.chance(0.7) ? seed : mutate(seed, random, seeds);
          }),
        } satisfies Said),
      async take(input) {
        const { isBound, frames } = JSON.parse(input) as Said;
        const ws = new WebSocket(`${shop.origin.replace('http', 'ws')}/ws`, SUBPROTOCOL);
        ws.on('error', () => {});
        const ended = once(ws, 'close').catch(() => {});
        await Promise.race([once(ws, 'open'), ended]).catch(() => {});
        if (isBound) ws.send(JSON.stringify({ op: 'bind', token, uid: ada.userId }));
        for (const [at, text] of frames.entries()) {
          // Now and then as bytes, which no frame of ours is.
          if (ws.readyState === WebSocket.OPEN) ws.send(at === FRAMES - 1 ? Buffer.from(text) : text);
        }
        if (ws.readyState === WebSocket.OPEN) ws.ping('x'.repeat(125));
        ws.close();
        const timer = setTimeout(() => ws.terminate(), 2_000);
        await ended;
        clearTimeout(timer);
        if (++opened % NEIGHBOURS_EVERY === 0) await shop.neighboursTalk();
      },
      async end() {
        await shop.neighboursTalk();
        await shop.mustBeWell();
      },
      close: shop.close,
    };
  },
};
