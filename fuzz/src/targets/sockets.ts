import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

import { seal } from '@trialogue/crypto';
import { clientFrame, SUBPROTOCOL } from '@trialogue/protocol';
import { heard } from '@trialogue/server/core';
import { ada } from '@trialogue/testkit';
import { WebSocket } from 'ws';

import { mutate } from '../mutate.ts';
import { openShop } from '../shop.ts';
import { must, type Target } from '../target.ts';
import { tagsOf, vectors } from './vectors.ts';

/** Frames of one socket. The first that is none at all ends it, so that is the last one. */
const FRAMES = 50;
const LAST_ID = 2_147_483_647;
/** A socket that is held back for its haste gets no answer. */
const THROUGH_MS = 2_000;
/** How often the neighbours are asked whether they are all right. */
const NEIGHBOURS_EVERY = 20;
/** What the other sockets and the server's own limits do not let through. */
const READ_SHARE = 0.9;

interface Said {
  isBound: boolean;
  frames: string[];
}

const isFrame = (text: string): boolean => heard(text).type === 'heard';

/** Hostile frames to a whole server: it stays, answers the others, and meets no bug of its own. */
export const sockets: Target = {
  name: 'sockets',
  title: 'a hostile client says it to a server, over the network',
  times: { small: 1_500, full: 1_000_000 },
  async open(random, reach) {
    const shop = await openShop();
    const token = await shop.tokenOf(ada.userId);
    const seeds = vectors('clientFrames').map((frame) =>
      frame
        .replaceAll(/"dlgId":"[^"]*"/g, `"dlgId":"${shop.groupId}"`)
        .replaceAll(/"token":"[^"]*"/g, `"token":"${token}"`),
    );
    // Saying again who one is ends a socket, too.
    const good = seeds.filter((frame) => isFrame(frame) && !/"op":"(bind|auth)"/.test(frame));
    let opened = 0;
    let toBeRead = 0;

    let sent = 0;
    /** One that is kept, unless it is odd. */
    const sealed = (): string => {
      const clientMsgId = `c${random.between(0, 20) === 0 ? 1 : `${++sent}-${random.between(0, 1e9)}`}`;
      const to = { dlgId: shop.groupId, dlgKey: shop.dlgKey, fromuid: ada.userId, clientMsgId };
      const content = seal('{"type":"text","text":"odd"}', to);
      return JSON.stringify({ op: 'send', dlgId: shop.groupId, clientMsgId, content });
    };
    const nearlyGood = (): string => {
      for (let tries = 0; tries < 20; tries++) {
        const frame = mutate(random.chance(0.1) ? sealed() : random.pick(good), random, good);
        if (isFrame(frame)) return frame;
      }
      return random.pick(good);
    };
    const frame = (): string => {
      const way = random.next();
      return way < 0.05 ? sealed() : way < 0.4 ? random.pick(good) : nearlyGood();
    };
    return {
      seeds,
      places: [
        ...tagsOf(clientFrame).map((op) => `read ${op}`),
        ...['ack', 'nack', 'opened', 'page', 'refused', 'receipt', 'message'].map((op) => `read, and answered ${op}`),
        'refused with 4501',
      ],
      counts: () => FRAMES,
      make: () =>
        JSON.stringify({
          isBound: random.chance(0.95),
          frames: [
            ...Array.from({ length: FRAMES - 1 }, frame),
            random.chance(0.3) ? random.pick(seeds) : mutate(random.pick(seeds), random, seeds),
          ],
        } satisfies Said),
      async take(input) {
        const { isBound, frames } = JSON.parse(input) as Said;
        const ws = new WebSocket(`${shop.origin.replace('http', 'ws')}/ws`, SUBPROTOCOL);
        ws.on('error', () => {});
        ws.on('message', (data) =>
          reach(`read, and answered ${(JSON.parse((data as Buffer).toString()) as { op: string }).op}`),
        );
        ws.on('close', (code) => reach(`refused with ${code}`));
        const ended = once(ws, 'close').catch(() => {});
        await Promise.race([once(ws, 'open'), ended]).catch(() => {});
        if (isBound) {
          // Whoever says more before that is sent away, and nothing of it is read.
          const isLetIn = new Promise<void>((resolve) => {
            ws.on('message', (data) => {
              if ((data as Buffer).includes('"op":"bound"')) resolve();
            });
          });
          ws.send(JSON.stringify({ op: 'bind', token, uid: ada.userId }));
          await Promise.race([isLetIn, ended]);
        }
        // When this one is answered, those before it have been gone through.
        const isThrough = new Promise<void>((resolve) => {
          ws.on('message', (data) => {
            if ((data as Buffer).includes(`"id":${LAST_ID}`)) resolve();
          });
        });
        for (const [at, text] of frames.entries()) {
          if (at === FRAMES - 1 && isBound && ws.readyState === WebSocket.OPEN) {
            ws.send(JSON.stringify({ op: 'history', id: LAST_ID, dlgId: shop.groupId }));
            await Promise.race([isThrough, ended, pause(THROUGH_MS, undefined, { ref: false })]);
          }
          if (ws.readyState !== WebSocket.OPEN) break;
          // Now and then as bytes, which no frame of ours is.
          ws.send(at === FRAMES - 1 && opened % 3 === 0 ? Buffer.from(text) : text);
          if (!isBound) continue;
          const event = heard(text);
          if (event.type !== 'heard') continue;
          reach(`read ${event.frame.op}`);
          toBeRead++;
        }
        if (ws.readyState === WebSocket.OPEN) ws.ping('x'.repeat(125));
        ws.close();
        const timer = setTimeout(() => ws.terminate(), 10_000);
        await ended;
        clearTimeout(timer);
        if (++opened % NEIGHBOURS_EVERY === 0) await shop.neighboursTalk();
      },
      async end() {
        await shop.neighboursTalk();
        await shop.mustBeWell();
        const read = await shop.framesRead();
        must(read >= toBeRead * READ_SHARE, `of ${toBeRead} frames that are some, the server has read ${read}`);
      },
      close: shop.close,
    };
  },
};
